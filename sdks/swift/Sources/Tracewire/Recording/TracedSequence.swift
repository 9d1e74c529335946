extension AsyncSequence where Element: Sendable {
  /// The same sequence, of which each iteration is a step: its elements are the step's chunks, in order.
  ///
  /// The step is above what the sequence itself begins while an element is fetched, never above what the program does with one. It ends with
  /// the sequence, with its error, or as `cancelled` when the program stops reading.
  ///
  /// ```swift
  /// for try await token in model.tokens(prompt).traced("answer", kind: .llm, input: prompt) { show(token) }
  /// ```
  ///
  /// - Parameters:
  ///   - name: what the step is called.
  ///   - kind: what it is.
  ///   - input: what goes in; `nil` is none.
  ///   - attributes: facts about it.
  ///   - client: who records; the default client if `nil`.
  public func traced(
    _ name: String, kind: Kind = .stream, input: (any Sendable)? = nil, attributes: Attributes? = nil, client: Client? = nil
  ) -> TracedSequence<Self> {
    TracedSequence(base: self, name: name, kind: kind, input: input, attributes: attributes, client: client)
  }
}

/// A sequence of which each iteration is a step: made by `traced`.
public struct TracedSequence<Base: AsyncSequence>: AsyncSequence where Base.Element: Sendable {
  /// What the sequence gives.
  public typealias Element = Base.Element

  let base: Base
  let name: String
  let kind: Kind
  let input: (any Sendable)?
  let attributes: Attributes?
  let client: Client?

  /// Begins the step, and an iteration.
  public func makeAsyncIterator() -> AsyncIterator {
    let stream = (client ?? Tracewire.client).stream(name, kind: kind, input: input, attributes: attributes)
    let base = stream.run { self.base.makeAsyncIterator() }
    return AsyncIterator(base: base, reading: Reading(stream))
  }

  /// Reads the elements.
  public struct AsyncIterator: AsyncIteratorProtocol {
    var base: Base.AsyncIterator
    let reading: Reading

    /// The next element; the step is current while it is fetched.
    public mutating func next() async rethrows -> Base.Element? {
      let stream = reading.stream
      do {
        // The step is current for what fetches the element alone.
        let fetched = try await Place.$current.withValue(.span(stream)) { try await fetch() }
        if let fetched {
          stream.chunk(fetched)
        } else {
          stream.end()
        }
        return fetched
      } catch {
        stream.end(error)
        throw error
      }
    }

    private mutating func fetch() async rethrows -> Base.Element? { try await base.next() }
  }

  /// Whoever lets go of the iterator has stopped reading.
  final class Reading: Sendable {
    let stream: Stream

    init(_ stream: Stream) {
      self.stream = stream
    }

    deinit {
      if stream.isEnded { return }
      stream.setStatus(.cancelled)
      stream.end()
    }
  }
}

extension TracedSequence: Sendable where Base: Sendable {}
