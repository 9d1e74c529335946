/** What JavaScript's values become: the column of the specification's table. */
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { native } from "../support/native.ts";
import { walked } from "../support/walked.ts";

function seen(value: unknown): string {
  return Buffer.from(native.encode(walked(value), "json", "", false)).toString();
}

const unreadable = '{"$unserializable":"unreadable"}';

class Widget {}
class Talking {
  toString(): string {
    return "<talking>";
  }
}
class Refused extends Error {}
class Renamed extends Error {
  override name = "RateLimited";
}
class Money {
  toJSON(): unknown {
    return { amount: "1.50", at: new Date(0) };
  }
}

describe("values that stand alone", () => {
  test.each<[string, unknown, string]>([
    ["undefined", undefined, "null"],
    ["a function", function search() {}, '{"$unserializable":"function","text":"search"}'],
    [
      "a function without a name",
      (
        () => () =>
          1
      )(),
      '{"$unserializable":"function"}',
    ],
    ["a class", Widget, '{"$unserializable":"function","text":"Widget"}'],
    ["a symbol", Symbol("otter"), '{"$unserializable":"symbol","text":"otter"}'],
    ["an instance", new Widget(), '{"$unserializable":"Widget"}'],
    ["an instance that says something", new Talking(), '{"$unserializable":"Talking","text":"<talking>"}'],
    ["a regular expression", /ot+er/gi, '{"$unserializable":"RegExp","text":"/ot+er/gi"}'],
    ["a promise", Promise.resolve(1), '{"$unserializable":"Promise"}'],
    ["a weak map", new WeakMap(), '{"$unserializable":"WeakMap"}'],
    ["a date", new Date(Date.UTC(2026, 10, 21, 4, 30, 0, 5)), '{"$time":"2026-11-21T04:30:00.005000000Z"}'],
    ["the first date", new Date("0000-01-01T00:00:00Z"), '{"$time":"0000-01-01T00:00:00.000000000Z"}'],
    ["the last date", new Date("9999-12-31T23:59:59.999Z"), '{"$time":"9999-12-31T23:59:59.999000000Z"}'],
    [
      "a later date",
      new Date("+010000-01-01T00:00:00Z"),
      '{"$unserializable":"Date","text":"+010000-01-01T00:00:00.000Z"}',
    ],
    [
      "an earlier date",
      new Date("-000001-12-31T00:00:00Z"),
      '{"$unserializable":"Date","text":"-000001-12-31T00:00:00.000Z"}',
    ],
    ["no date", new Date(Number.NaN), '{"$unserializable":"Date","text":"Invalid Date"}'],
    ["a URL", new URL("http://otters.example/a?b#c"), '"http://otters.example/a?b#c"'],
    ["search parameters", new URLSearchParams("a=1&a=2"), '[["a","1"],["a","2"]]'],
    ["an error", new Error("boom"), '{"message":"boom","type":"Error"}'],
    ["an error of a kind", new TypeError("x"), '{"message":"x","type":"TypeError"}'],
    ["an error of a class", new Refused("no"), '{"message":"no","type":"Refused"}'],
    ["an error with a name", new Renamed("slow down"), '{"message":"slow down","type":"RateLimited"}'],
    ["an abort", new DOMException("stop", "AbortError"), '{"message":"stop","type":"AbortError"}'],
    ["boxed", [new Number(3), new String("a"), new Boolean(false), Object(7n)], '[3,"a",false,7]'],
    ["a boxed symbol", Object(Symbol("s")), '{"$unserializable":"Symbol"}'],
    ["no prototype", Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
    ["a Buffer", Buffer.from("hi"), '{"$bytes":"aGk="}'],
    ["clamped bytes", new Uint8ClampedArray([300]), '{"$bytes":"/w=="}'],
    ["a view", new DataView(new Uint8Array([1, 2, 3]).buffer, 1), '{"$bytes":"AgM="}'],
    ["an ArrayBuffer", new Uint8Array([1]).buffer, '{"$bytes":"AQ=="}'],
    ["shared bytes", new SharedArrayBuffer(1), '{"$bytes":"AA=="}'],
    ["wider elements", new Int16Array([-1, 1]), "[-1,1]"],
    ["signed bytes", new Int8Array([-1]), "[-1]"],
    ["big elements", new BigUint64Array([2n ** 64n - 1n]), '[{"$int":"18446744073709551615"}]'],
    ["32-bit floats", new Float32Array([0.1]), "[0.10000000149011612]"],
    [
      "a map",
      new Map<unknown, unknown>([
        ["a", undefined],
        ["b", () => 1],
        [null, 1],
      ]),
      '{"a":null,"b":null,"null":1}',
    ],
    ["a set", new Set([undefined, "b", "a"]), '["a","b",null]'],
    ["a list", [1, undefined, () => 1, Symbol("s"), -0], "[1,null,null,null,0]"],
    ["a list with holes", Object.assign(new Array(2), { 1: "b", more: 1 }), '[null,"b"]'],
    ["an object", { a: undefined, b: () => 1, c: Symbol("s"), [Symbol("k")]: 1, d: null }, '{"d":null}'],
    ["keys", JSON.parse('{"$ref":1,"":2,"\\ud800":3,"__proto__":4}'), '{"":2,"$$ref":1,"__proto__":4,"\ufffd":3}'],
    [
      "keys that collide",
      new Map<unknown, unknown>([
        ["1", "a"],
        [1, "b"],
        ["1#2", "c"],
      ]),
      '{"1":"a","1#2":"c","1#3":"b"}',
    ],
    ["what says itself", [new Money()], '[{"amount":"1.50","at":{"$time":"1970-01-01T00:00:00.000000000Z"}}]'],
    ["what says itself, plain", { secret: 1, toJSON: () => ({ safe: 1 }) }, '{"safe":1}'],
    ["toJSON that says nothing", [{ toJSON() {} }], "[null]"],
  ])("%s", (_, value, expected) => {
    expect(seen(value)).toBe(expected);
  });
});

describe("values that fight back", () => {
  const thrower = (): never => {
    throw new Error("no");
  };
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };
  const revokedList = () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return proxy;
  };

  test.each<[string, unknown, string]>([
    [
      "a getter that throws",
      {
        a: 1,
        get b() {
          return thrower();
        },
        c: 2,
      },
      `{"a":1,"b":${unreadable},"c":2}`,
    ],
    ["an element that throws", Object.defineProperty([1, 2], 0, { get: thrower }), `[${unreadable},2]`],
    ["a revoked proxy", [revoked(), 1, revokedList()], `[${unreadable},1,${unreadable}]`],
    ["a trap that throws", { a: new Proxy({}, { ownKeys: thrower }), b: 1 }, `{"a":${unreadable},"b":1}`],
    [
      "a trap that throws in the middle",
      [new Proxy({ a: 1, b: 2 }, { getOwnPropertyDescriptor: thrower })],
      `[${unreadable}]`,
    ],
    ["a prototype that cannot be asked", new Proxy({}, { getPrototypeOf: thrower }), unreadable],
    ["a proxy of a list", new Proxy([1, 2], {}), "[1,2]"],
    [
      "a length that is none",
      new Proxy([1], { get: (list, key) => (key === "length" ? "x" : Reflect.get(list, key)) }),
      "[]",
    ],
    ["a proxy of a map", new Proxy(new Map([[1, 2]]), {}), '{"$unserializable":"Map"}'],
    ["toJSON that throws", { a: { toJSON: thrower } }, '{"a":{"$unserializable":"Object"}}'],
    [
      "toJSON that gives itself",
      {
        toJSON() {
          return this;
        },
      },
      '{"$unserializable":"Object"}',
    ],
    [
      "toString that throws",
      new (class Odd {
        toString(): string {
          return thrower();
        }
      })(),
      '{"$unserializable":"Odd"}',
    ],
    ["a false tag", { [Symbol.toStringTag]: "Date", a: 1 }, '{"a":1}'],
    ["a false Map", Object.create(Map.prototype), '{"$unserializable":"Map"}'],
    ["a false Date", Object.create(Date.prototype), '{"$unserializable":"Date"}'],
    [
      "a tag that throws",
      new (class Odd {
        get [Symbol.toStringTag](): string {
          return thrower();
        }
      })(),
      '{"$unserializable":"Odd"}',
    ],
    [
      "an error that throws",
      Object.defineProperty(new Error("a"), "message", { get: thrower }),
      '{"message":"","type":"Error"}',
    ],
    [
      "an iterator that throws",
      { length: 3, [Symbol.iterator]: () => ({ next: thrower }), __proto__: Widget.prototype },
      '{"$cut":[],"missing_items":3}',
    ],
  ])("%s", (_, value, expected) => {
    expect(seen(value)).toBe(expected);
  });

  test("a generator stays the host's", () => {
    const numbers = (function* () {
      yield 1;
      yield 2;
    })();
    expect(seen({ numbers })).toBe('{"numbers":{"$unserializable":"Object"}}');
    expect([...numbers]).toEqual([1, 2]);
  });

  test("an iterator is told when nobody wants more", () => {
    let told = 0;
    class Endless {
      [Symbol.iterator]() {
        const leave = () => {
          told += 1;
          return { done: true, value: 0 };
        };
        return { next: () => ({ done: false, value: 1 }), return: leave };
      }
    }
    expect(JSON.parse(seen(new Endless())).$cut.length).toBeGreaterThan(40_000);
    expect(told).toBe(1);
  });

  test("toJSON that leads back to itself", () => {
    class Node {
      toJSON(): unknown {
        return { child: this };
      }
    }
    expect(seen(new Node())).toBe('{"child":{"$unserializable":"cycle"}}');
    class Endless {
      toJSON(): unknown {
        return { next: new Endless() };
      }
    }
    expect(seen(new Endless())).toContain('{"$cut":null,"missing_depth":1}');
  });

  test("a list that grows while it is read ends", () => {
    const list: unknown[] = [];
    list.push({
      get grow() {
        list.push(this);
        return 1;
      },
    });
    expect(JSON.parse(seen(list)).missing_items).toBeGreaterThan(0);
  });

  test("values of another realm have their form", () => {
    const other = runInNewContext(
      "({ d: new Date(0), m: new Map([['a', 1]]), s: new Set([1]), e: new RangeError('x'), b: new Uint8Array([1]), p: { a: [1] }, n: new Number(2) })",
    );
    expect(seen(other)).toBe(
      '{"b":{"$bytes":"AQ=="},"d":{"$time":"1970-01-01T00:00:00.000000000Z"},"e":{"message":"x","type":"RangeError"},"m":{"a":1},"n":2,"p":{"a":[1]},"s":[1]}',
    );
  });

  test("a stack that ends does not throw", () => {
    const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
    const value = deep(60);
    let bytes: Uint8Array | undefined;
    const sink = (): void => {
      try {
        sink();
      } catch {
        bytes ??= walked(value);
      }
    };
    sink();
    expect(bytes).toBeDefined();
  });
});
