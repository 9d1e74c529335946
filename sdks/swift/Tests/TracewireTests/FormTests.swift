import Foundation
import Testing
import Tracewire
import TracewireTesting

private func json(_ value: Any?) throws -> String {
  String(decoding: try Tracewire.encode(value), as: UTF8.self)
}

private enum Result3 { case none, one(Int), two(left: Int, right: String), nested(Result4) }
private enum Result4 { case deep(Double?) }
private enum Code: Int { case ok = 200 }
private struct Point: Hashable { let x: Int, y: Int }
private class Node: TracewireRecordable {
  let name: String
  var next: Node?
  init(_ name: String) { self.name = name }
  var tracewireValue: Any? { ["name": name, "next": next as Any] }
}
private class Base: Encodable { let a = 1 }
private final class Derived: Base { let b = 2 }

/// The table of the README, row by row, with what stands on the wire. A text with a lone surrogate is no value that Swift has: its strings are
/// Unicode scalars, and what is decoded into one has U+FFFD in such a place.
@Suite struct FormTests {
  @Test func nullAndBooleans() throws {
    #expect(try json(nil) == "null")
    #expect(try json(Int?.none as Any) == "null")
    #expect(try json(Int??.some(.none) as Any) == "null")
    #expect(try json(String????.some("x") as Any) == #""x""#)
    #expect(try json([nil, .some(.none), .some(.some(1))] as [Int??]) == "[null,null,1]")
    #expect(try json(NSNull()) == "null")
    #expect(try json([true, false]) == "[true,false]")
    #expect(try json(() as Any) == "[]")
  }

  @Test func integersOfAllWidths() throws {
    #expect(try json([Int8.min, Int8.max]) == "[-128,127]")
    #expect(try json([Int16.min, Int16.max]) == "[-32768,32767]")
    #expect(try json([Int32.min, Int32.max]) == "[-2147483648,2147483647]")
    #expect(try json([Int64.min, Int64.max]) == #"[{"$int":"-9223372036854775808"},{"$int":"9223372036854775807"}]"#)
    #expect(try json([Int.min, Int.max]) == #"[{"$int":"-9223372036854775808"},{"$int":"9223372036854775807"}]"#)
    #expect(try json([UInt16.max]) == "[65535]")
    #expect(try json([UInt32.max]) == "[4294967295]")
    #expect(try json([UInt64.max, 0]) == #"[{"$int":"18446744073709551615"},0]"#)
    #expect(try json([UInt.max]) == #"[{"$int":"18446744073709551615"}]"#)
    #expect(try json([9_007_199_254_740_991, 9_007_199_254_740_992]) == #"[9007199254740991,{"$int":"9007199254740992"}]"#)
    #expect(try json(UInt8.max as Any) == "255")
  }

  @Test func floatingPointNumbers() throws {
    #expect(try json(Float16(0.1)) == "0.0999755859375")
    #expect(try json([Float(0.1), Float(1)]) == "[0.10000000149011612,1]")
    #expect(try json([0.1, 1, -0.0, 1e21]) == #"[0.1,1,0,{"$int":"1000000000000000000000"}]"#)
    #expect(try json([Double.leastNonzeroMagnitude]) == "[5e-324]")
    #expect(try json([Double.nan, .infinity, -.infinity]) == #"[{"$float":"NaN"},{"$float":"Infinity"},{"$float":"-Infinity"}]"#)
    #expect(try json(Float.infinity) == #"{"$float":"Infinity"}"#)
    #expect(try json(CGFloat(2.5)) == "2.5")
  }

  @Test func decimals() throws {
    // Foundation keeps no zeros behind the last digit: what has to keep them is a text.
    #expect(try json(Decimal(string: "1.50")) == #"{"$decimal":"1.5"}"#)
    #expect(try json(Decimal(string: "100.00")) == #"{"$decimal":"100"}"#)
    #expect(try json(Decimal(0)) == #"{"$decimal":"0"}"#)
    #expect(try json(Decimal.nan) == #"{"$decimal":"NaN"}"#)
    #expect(try json(NSDecimalNumber(string: "0.10")) == #"{"$decimal":"0.1"}"#)
    #expect(try json(Value.decimal("1.50")) == #"{"$decimal":"1.50"}"#)
  }

  @Test func textsAndBytes() throws {
    #expect(try json(Character("ñ")) == #""ñ""#)
    #expect(try json("a\u{0}\u{1f}\"\\") == #""a\u0000\u001f\"\\""#)
    #expect(try json(String(decoding: [0xd800, 0x41] as [UInt16], as: UTF16.self)) == "\"\u{fffd}A\"")
    #expect(try json([0, 1, 2] as [UInt8]) == #"{"$bytes":"AAEC"}"#)
    #expect(try json([UInt8]()) == #"{"$bytes":""}"#)
    #expect(try json([0, 1, 2][1...] as ArraySlice<UInt8>) == #"{"$bytes":"AQI="}"#)
    #expect(try json([[1]] as [[UInt8]]) == #"[{"$bytes":"AQ=="}]"#)
    #expect(try json([1, 2] as [Int8]) == "[1,2]")
    #expect(try json(Data([255])) == #"{"$bytes":"/w=="}"#)
    #expect(try json(NSData(data: Data([255]))) == #"{"$bytes":"/w=="}"#)
  }

  @Test func numbersOfFoundation() throws {
    #expect(try json(NSNumber(value: true)) == "true")
    #expect(try json(NSNumber(value: Int8(7))) == "7")
    #expect(try json(NSNumber(value: Float(0.5))) == "0.5")
    #expect(try json(NSNumber(value: Int64.min)) == #"{"$int":"-9223372036854775808"}"#)
    #expect(try json(NSNumber(value: UInt64.max)) == #"{"$int":"18446744073709551615"}"#)
    #expect(try json(NSArray(array: [1, "a", NSNull()])) == #"[1,"a",null]"#)
  }

  @Test func timesAndNames() throws {
    #expect(try json(Date(timeIntervalSince1970: 0)) == #"{"$time":"1970-01-01T00:00:00.000000000Z"}"#)
    #expect(throws: FormatError.self) { try json(Date.distantFuture.addingTimeInterval(1e15)) }
    #expect(try json(Duration.seconds(2)) == "2")
    #expect(try json(Duration.milliseconds(-250)) == "-0.25")
    #expect(try json(URL(string: "https://example.com/a?b")) == #""https://example.com/a?b""#)
  }

  @Test func collectionsAndKeys() throws {
    #expect(try json([Optional(1): "a"]) == #"{"1":"a"}"#)
    #expect(try json([Int?.none: "a"]) == #"{"null":"a"}"#)
    #expect(try json([[1, 2]: "a"]) == #"{"[1,2]":"a"}"#)
    #expect(try json([1.5: "a"]) == #"{"1.5":"a"}"#)
    #expect(try json([true: "a"]) == #"{"true":"a"}"#)
    #expect(try json([Point(x: 1, y: 2): "a"]) == ##"{"{\"x\":1,\"y\":2}":"a"}"##)
    #expect(try json([AnyHashable("s"): 1]) == #"{"s":1}"#)
    #expect(try json(["a": 1, "b": 2] as KeyValuePairs) == #"{"a":1,"b":2}"#)
    #expect(try json(Set(["b", "a"])) == #"["a","b"]"#)
    #expect(try json(1...3) == "[1,2,3]")
    #expect(try json((1, ("a", true))) == #"[1,["a",true]]"#)
    #expect(try json((left: 1, 2)) == #"{".1":2,"left":1}"#)
  }

  @Test func typesOfOnesOwn() throws {
    #expect(try json(Code.ok) == "200")
    #expect(try json(Result3.none) == #""none""#)
    #expect(try json(Result3.one(1)) == #"{"one":1}"#)
    #expect(try json(Result3.two(left: 1, right: "r")) == #"{"two":{"left":1,"right":"r"}}"#)
    #expect(try json(Result3.nested(.deep(nil))) == #"{"nested":{"deep":null}}"#)
    #expect(try json(Point(x: 1, y: 2)) == #"{"x":1,"y":2}"#)
    #expect(try json(Derived()) == #"{"a":1,"b":2}"#)
    #expect(try json(CancellationError()) == #"{"message":"CancellationError()","type":"CancellationError"}"#)
  }

  @Test func whatContainsItself() throws {
    let (one, two) = (Node("one"), Node("two"))
    #expect(try json(one) == #"{"name":"one","next":null}"#)
    one.next = two
    // The same object twice, side by side, is no cycle.
    #expect(try json([two, two]) == #"[{"name":"two","next":null},{"name":"two","next":null}]"#)
    two.next = one
    let lenient = try Tracewire.encode(one, options: EncodeOptions(isLenient: true))
    #expect(
      String(decoding: lenient, as: UTF8.self)
        == #"{"name":"one","next":{"name":"two","next":{"$unserializable":"cycle"}}}"#)
    let recorded = try recording { _ in Tracewire.span("s", input: one) { _ in } }
    #expect(recorded.spans[0]["input"]?["next"]?["next"] == ["$unserializable": "cycle"])
    two.next = nil
    #if canImport(Darwin)
      // Foundation on Linux does not come back from reading a list that holds itself: `object(at:)` makes Swift arrays all the way down.
      let list = NSMutableArray()
      list.add(list)
      let text = String(decoding: try Tracewire.encode(list, options: EncodeOptions(isLenient: true)), as: UTF8.self)
      list.removeAllObjects()
      #expect(text == #"[{"$unserializable":"cycle"}]"#)
    #endif
  }
}
