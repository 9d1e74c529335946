import Foundation

extension Data: Walked {
  func walk(_ walker: inout Walker) { withUnsafeBytes { walker.binary($0) } }
}

extension Date: Walked {
  func walk(_ walker: inout Walker) {
    let millis = (timeIntervalSince1970 * 1000).rounded()
    if let text = momentText(millis: millis) {
      walker.time(text)
    } else {
      walker.unserializable("Date", String(timeIntervalSince1970))
    }
  }
}

extension UUID: Walked {
  func walk(_ walker: inout Walker) { walker.text(uuidString.lowercased()) }
}

extension URL: Walked {
  func walk(_ walker: inout Walker) { walker.text(absoluteString) }
}

extension Decimal: Walked {
  func walk(_ walker: inout Walker) { walker.decimal(description) }
}

extension NSNull: Walked {
  func walk(_ walker: inout Walker) { walker.null() }
}

extension NSString: Walked {
  func walk(_ walker: inout Walker) { walker.text(self as String) }
}

extension NSURL: Walked {
  func walk(_ walker: inout Walker) { walker.text((self as URL).absoluteString) }
}

extension NSData: Walked {
  func walk(_ walker: inout Walker) { (self as Data).walk(&walker) }
}

extension NSDate: Walked {
  func walk(_ walker: inout Walker) { (self as Date).walk(&walker) }
}

extension NSNumber: Walked {
  func walk(_ walker: inout Walker) {
    if let decimal = self as? NSDecimalNumber { return walker.decimal(decimal.stringValue) }
    #if canImport(Darwin)
      if CFGetTypeID(self) == CFBooleanGetTypeID() { return walker.bool(boolValue) }
    #endif
    switch UInt8(bitPattern: objCType.pointee) {
    case UInt8(ascii: "B"): walker.bool(boolValue)
    case UInt8(ascii: "f"), UInt8(ascii: "d"): walker.number(doubleValue)
    case UInt8(ascii: "Q"), UInt8(ascii: "L"): walker.uint(uint64Value)
    #if !canImport(Darwin)
      // Foundation elsewhere has no type of its own for booleans.
      case UInt8(ascii: "c") where int8Value == 0 || int8Value == 1: walker.bool(boolValue)
    #endif
    default: walker.int(int64Value)
    }
  }
}

extension NSArray: Walked {
  func walk(_ walker: inout Walker) {
    guard walker.beginList(self) else { return }
    var index = 0
    while index < count && walker.hasBudget {
      walker.value(object(at: index))
      index += 1
    }
    walker.endList(missing: count - index)
  }
}

extension NSSet: Walked {
  func walk(_ walker: inout Walker) {
    guard walker.beginSet(self) else { return }
    let objects = allObjects
    var index = 0
    while index < objects.count && walker.hasBudget {
      walker.value(objects[index])
      index += 1
    }
    walker.endList(missing: objects.count - index)
  }
}

extension NSDictionary: Walked {
  func walk(_ walker: inout Walker) {
    guard walker.beginMap(self) else { return }
    let keys = allKeys
    var index = 0
    while index < keys.count && walker.hasBudget {
      let key = keys[index]
      walker.entry((key as? NSString).map { $0 as String } ?? key, object(forKey: key))
      index += 1
    }
    walker.endMap(missing: keys.count - index)
  }
}

/// What `$time` can say: the years 0000 to 9999, with milliseconds; the rest of the nine digits are zeros.
func momentText(millis: Double) -> String? {
  guard millis >= -62_167_219_200_000, millis <= 253_402_300_799_999 else { return nil }
  let whole = Int64(millis)
  let days = Int(whole >= 0 ? whole / 86_400_000 : -((-whole + 86_399_999) / 86_400_000))
  let rest = Int(whole - Int64(days) * 86_400_000)
  let (year, month, day) = civil(days)
  let clock = "\(padded(rest / 3_600_000, 2)):\(padded(rest / 60_000 % 60, 2)):\(padded(rest / 1000 % 60, 2))"
  return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(clock).\(padded(rest % 1000, 3))000000Z"
}

/// Year, month and day of the proleptic Gregorian calendar, from days since 1970.
private func civil(_ days: Int) -> (Int, Int, Int) {
  let shifted = days + 719_468
  let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
  let dayOfEra = shifted - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shiftedMonth = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
  let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
}

func padded(_ number: Int, _ digits: Int) -> String {
  let text = String(number)
  return text.count >= digits ? text : String(repeating: "0", count: digits - text.count) + text
}
