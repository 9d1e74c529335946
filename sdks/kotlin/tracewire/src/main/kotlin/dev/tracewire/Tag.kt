package dev.tracewire

/**
 * A value in the wire's form that no value of the JVM says, such as `{"$ref": "sha256:…"}` or the mark of a cut.
 *
 * `encode` writes its keys as they stand: in any other map a key that begins with `$` is the program's own, and is
 * written with one more.
 *
 * @property members all members, the one that begins with `$` among them.
 */
public class Tag(public val members: Map<String, Any?>) {
    override fun equals(other: Any?): Boolean = other is Tag && other.members == members

    override fun hashCode(): Int = members.hashCode()

    override fun toString(): String = "Tag($members)"
}
