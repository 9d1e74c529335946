// The namespace has the module's name, so `Tracewire.Stream` would not find the module's type: it does by these.

/// `Batch`, where another module has one of that name.
public typealias TracewireBatch = Batch

/// `Client`, where another module has one of that name.
public typealias TracewireClient = Client

/// `Format`, where another module has one of that name.
public typealias TracewireFormat = Format

/// `Kind`, where another module has one of that name.
public typealias TracewireKind = Kind

/// `Level`, where another module has one of that name.
public typealias TracewireLevel = Level

/// `Link`, where another module has one of that name.
public typealias TracewireLink = Link

/// `Mode`, where another module has one of that name.
public typealias TracewireMode = Mode

/// `Session`, where another module has one of that name.
public typealias TracewireSession = Session

/// `Span`, where another module has one of that name.
public typealias TracewireSpan = Span

/// `Status`, where another module has one of that name.
public typealias TracewireStatus = Status

/// `Stream`, where another module has one of that name.
public typealias TracewireStream = Stream

/// `Value`, where another module has one of that name.
public typealias TracewireValue = Value

extension Tracewire {
  /// `Batch`, where another module has one of that name.
  public typealias Batch = TracewireBatch

  /// `Client`, where another module has one of that name.
  public typealias Client = TracewireClient

  /// `Format`, where another module has one of that name.
  public typealias Format = TracewireFormat

  /// `Kind`, where another module has one of that name.
  public typealias Kind = TracewireKind

  /// `Level`, where another module has one of that name.
  public typealias Level = TracewireLevel

  /// `Link`, where another module has one of that name.
  public typealias Link = TracewireLink

  /// `Mode`, where another module has one of that name.
  public typealias Mode = TracewireMode

  /// `Session`, where another module has one of that name.
  public typealias Session = TracewireSession

  /// `Span`, where another module has one of that name.
  public typealias Span = TracewireSpan

  /// `Status`, where another module has one of that name.
  public typealias Status = TracewireStatus

  /// `Stream`, where another module has one of that name.
  public typealias Stream = TracewireStream

  /// `Value`, where another module has one of that name.
  public typealias Value = TracewireValue
}
