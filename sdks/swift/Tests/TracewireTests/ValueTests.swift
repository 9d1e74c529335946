import Foundation
import Testing
import Tracewire
import TracewireTesting

private func json(_ value: Any?) throws -> String {
  String(decoding: try Tracewire.encode(value), as: UTF8.self)
}

private func recorded(_ value: Any?, _ limits: [String: Int] = [:]) throws -> Value {
  let recording = try recording(Script(), Configuration(limits: limits)) { recorded in
    recorded.client.manual.log(["attributes": value])
  }
  return recording.events[0]["body"]?["attributes"] ?? .null
}

private enum Suit: String { case hearts }
private enum Shape { case point, circle(radius: Double), pair(Int, String) }
private struct Person: Encodable {
  var name: String
  var age: Int?
}
private final class Secretive { let key = "secret" }
private final class Plain: Encodable {
  let id = 7
}
private struct Account: TracewireRecordable {
  let token = "secret"
  var tracewireValue: Any? { ["id": 1] }
}
private final class Itself: TracewireRecordable {
  var tracewireValue: Any? { self }
}

@Suite struct ValueTests {
  @Test func numbersHaveOneForm() throws {
    #expect(try json([1, 1.0, -0.0] as [Double]) == "[1,1,0]")
    #expect(
      try json([Int8(-1), UInt16(2), Int64.min, UInt64.max] as [Any])
        == #"[-1,2,{"$int":"-9223372036854775808"},{"$int":"18446744073709551615"}]"#)
    #expect(try json(Float(0.1)) == "0.10000000149011612")
    #expect(try json([Double.nan, -.infinity]) == #"[{"$float":"NaN"},{"$float":"-Infinity"}]"#)
    #expect(try json(1e30) == #"{"$int":"1000000000000000019884624838656"}"#)
    #expect(try json(Decimal(string: "123456789012345678901234567890.5")) == #"{"$decimal":"123456789012345678901234567890.5"}"#)
    #expect(try json(Duration.milliseconds(1500)) == "1.5")
    if #available(macOS 15, iOS 18, *) {
      #expect(try json(-Int128(1) << 100) == #"{"$int":"-1267650600228229401496703205376"}"#)
    }
    #expect(try json(CGFloat(2.5)) == "2.5")
  }

  @Test func foundationsValuesHaveTheirForms() throws {
    #expect(try json(Date(timeIntervalSince1970: 1.5)) == #"{"$time":"1970-01-01T00:00:01.500000000Z"}"#)
    #expect(try json(Date(timeIntervalSince1970: -1)) == #"{"$time":"1969-12-31T23:59:59.000000000Z"}"#)
    #expect(try json(Data([0, 1, 2])) == #"{"$bytes":"AAEC"}"#)
    #expect(try json([0, 1, 2] as [UInt8]) == #"{"$bytes":"AAEC"}"#)
    #expect(try json(UUID(uuidString: "6BA7B810-9DAD-11D1-80B4-00C04FD430C8")) == #""6ba7b810-9dad-11d1-80b4-00c04fd430c8""#)
    #expect(try json(URL(string: "https://example.com/a")) == #""https://example.com/a""#)
    #expect(try json(NSNull()) == "null")
    #expect(try json([NSNumber(value: 1.5), NSNumber(value: 7), NSNumber(value: true)]) == "[1.5,7,true]")
    let parsed = try JSONSerialization.jsonObject(with: Data(#"{"b":true,"d":1.5,"i":1,"l":[null,0],"t":"x"}"#.utf8))
    #expect(try json(parsed) == #"{"b":true,"d":1.5,"i":1,"l":[null,0],"t":"x"}"#)
    #expect(try json(["a": [NSString("x")]] as NSDictionary) == #"{"a":["x"]}"#)
  }

  @Test func collectionsAndKeys() throws {
    #expect(try json(Set([3, 1, 2])) == "[1,2,3]")
    #expect(try json([1: "a"]) == #"{"1":"a"}"#)
    #expect(try json(Pairs([("1", "text"), (1, "int"), (nil, 0)])) == ##"{"1":"text","1#2":"int","null":0}"##)
    #expect(try json(Pairs([(1, "int"), ("1", "text")])) == ##"{"1":"int","1#2":"text"}"##)
    #expect(try json(["$ref": 1]) == #"{"$$ref":1}"#)
    #expect(try json([1, nil, "x"] as [Any?]) == #"[1,null,"x"]"#)
    #expect(try json(0..<3) == "[0,1,2]")
    #expect(try json("añb".dropFirst()) == #""ñb""#)
    #expect(try json(("a", 1)) == #"["a",1]"#)
    #expect(try json((name: "a", size: 1)) == #"{"name":"a","size":1}"#)
    #expect(try json(Int???.some(.some(3)) as Any) == "3")
    #expect(try json(["a": 1, "b": [true, nil]] as Value) == #"{"a":1,"b":[true,null]}"#)
  }

  @Test func typesOfOnesOwn() throws {
    #expect(try json(Suit.hearts) == #""hearts""#)
    #expect(try json(Shape.point) == #""point""#)
    #expect(try json(Shape.circle(radius: 2)) == #"{"circle":{"radius":2}}"#)
    #expect(try json(Shape.pair(1, "a")) == #"{"pair":[1,"a"]}"#)
    #expect(try json(Person(name: "Ada", age: nil)) == #"{"age":null,"name":"Ada"}"#)
    #expect(try json(Plain()) == #"{"id":7}"#)
    #expect(try json(Account()) == #"{"id":1}"#)
    #expect(try json(Refused()) == #"{"message":"no","type":"Refused"}"#)
    #expect(try recorded(["x": Secretive()]) == ["x": ["$unserializable": "Secretive"]])
    #expect(try recorded(["x": Itself()]) == ["x": ["$unserializable": "cycle"]])
    #expect(try recorded(["x": { 1 } as () -> Int])["x"]?["$unserializable"] != nil)
  }

  @Test func whatHasNoFormIsRefusedByFormats() throws {
    do {
      _ = try Tracewire.encode(["x": Secretive()])
      Issue.record("nothing was thrown")
    } catch let error as FormatError {
      #expect(error.code == "value_unserializable")
    }
    let lenient = try Tracewire.encode(["x": Secretive()], options: EncodeOptions(isLenient: true))
    #expect(String(decoding: lenient, as: UTF8.self) == #"{"x":{"$unserializable":"Secretive"}}"#)
  }

  @Test func cutsSayWhatIsMissing() throws {
    #expect(try recorded(["t": "ääää"], ["text_bytes": 5]) == ["t": ["$cut": "ää", "missing_bytes": 4]])
    #expect(try recorded(["l": [1, 2, 3, 4]], ["nodes": 5])["l"] == ["$cut": [1, 2], "missing_items": 2])
    #expect(try recorded(["a": ["b": ["c": 1]]], ["depth": 2])["a"]?["b"] == ["$cut": nil, "missing_depth": 1])
    let huge = try recorded(["x": String(repeating: "x", count: 2 << 20)])
    #expect(huge["x"]?["missing_bytes"]?.int == 1 << 20)
  }

  @Test func deepAndWideValuesAreBounded() throws {
    var deep: Any = 1
    for _ in 0..<10_000 { deep = [deep] }
    #expect(try recorded(["x": deep])["x"]?.list?.count == 1)
    let wide = try recorded(["x": Array(0..<200_000)])["x"]
    #expect((wide?["missing_items"]?.int ?? 0) > 150_000)
    let endless = try recorded(["x": 0..<Int.max])["x"]
    #expect((endless?["missing_items"]?.int ?? 0) > 1 << 40)
  }

  @Test func snapshotsAreCopies() throws {
    let list = NSMutableArray(array: [1])
    let value = Value(list)
    list.add(2)
    #expect(value == [1])
    #expect(Value(["d": Decimal(1.5)]) == .map(.init([("d", .decimal("1.5"))])))
  }
}
