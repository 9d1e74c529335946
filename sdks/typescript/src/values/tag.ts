/**
 * A value in the wire's form that no JavaScript value says, such as `{"$ref": "sha256:…"}`, `{"$decimal": "1.50"}` or
 * the mark of a cut. Its members are its own properties.
 *
 * {@link encode} writes its keys as they stand: in any other object a key that begins with `$` is the program's own,
 * and is written with one more.
 *
 * @example
 * ```ts
 * decode('[{"$ref": "sha256:00"}, {"$$ref": "mine"}]'); // [Tag { $ref: "sha256:00" }, { $ref: "mine" }]
 * encode(new Tag({ $decimal: "1.50" })); // '{"$decimal":"1.50"}'
 * ```
 */
export class Tag {
  readonly [member: string]: unknown;

  /** @param members - all members, the one that begins with `$` among them. */
  constructor(members: Readonly<Record<string, unknown>>) {
    for (const [key, value] of Object.entries(members)) {
      // Assigning would make a prototype of a member `__proto__`.
      Object.defineProperty(this, key, { value, enumerable: true, writable: true, configurable: true });
    }
  }
}
