package dev.tracewire.internal.values

import java.lang.ref.SoftReference
import java.lang.reflect.Method
import java.lang.reflect.Modifier
import java.util.WeakHashMap

/** Objects of classes: data classes and records by their components, a mark for all others. */
internal object Objects {
    private const val MOST_CHARS = 512
    private val COMPONENT = Regex("component(\\d+)(\\$.*)?")

    /** The components of a class, in order; empty where it has none. */
    private class Shape(val names: List<String>, val methods: List<Method>)

    private val NONE = Shape(emptyList(), emptyList())
    private val shapes = WeakHashMap<Class<*>, SoftReference<Shape>>()

    /** Writes the components of a data class or record as a map; false where it is neither. */
    fun writeMembers(out: Walker, value: Any): Boolean {
        val shape = shapeOf(value.javaClass)
        // What can be entered and closed is a resource and not data: its members hold keys and connections.
        if (shape.methods.isEmpty() || value is AutoCloseable) return false
        if (!out.beginMap(value)) return true
        var index = 0
        while (index < shape.methods.size && out.hasBudget) {
            val member = runCatching { shape.methods[index].invoke(value) }
            out.key(shape.names[index])
            if (member.isSuccess) out.value(member.getOrNull()) else out.unreadable()
            index++
        }
        out.endMap((shape.methods.size - index).toLong())
        return true
    }

    /** Writes the mark of a value that has no form. */
    fun writeMark(out: Walker, value: Any) {
        when (value) {
            is Function<*> -> out.unserializable("function")
            is AutoCloseable -> out.unserializable(typeName(value))
            else -> out.unserializable(typeName(value), descriptionOf(value))
        }
    }

    /** What a class is called, whatever its objects say they are. */
    fun typeName(value: Any): String = value.javaClass.name

    /** What an error says; empty where it says nothing, or throws. */
    fun messageOf(error: Throwable): String = try {
        error.message.orEmpty()
    } catch (_: Exception) {
        ""
    }

    /** What an object's own `toString` says; null where it has none of its own. */
    private fun descriptionOf(value: Any): String? = try {
        val owner = value.javaClass.getMethod("toString").declaringClass
        if (owner == Any::class.java) null else value.toString().take(MOST_CHARS)
    } catch (_: Exception) {
        null
    } catch (_: StackOverflowError) {
        null
    }

    private fun shapeOf(type: Class<*>): Shape {
        synchronized(shapes) { shapes[type]?.get() }?.let { return it }
        val shape = when {
            type.superclass?.name == "java.lang.Record" -> shapeOfRecord(type)
            type.isAnnotationPresent(Metadata::class.java) -> shapeOfDataClass(type)
            else -> NONE
        }
        synchronized(shapes) { shapes[type] = SoftReference(shape) }
        return shape
    }

    private fun shapeOfRecord(type: Class<*>): Shape {
        val fields = type.declaredFields.filter { !Modifier.isStatic(it.modifiers) && !it.isSynthetic }
        val methods = fields.map { open(type.getDeclaredMethod(it.name)) }
        return Shape(fields.map { it.name }, methods)
    }

    /** A data class has a method for each public component, and its fields stand in the order of its constructor. */
    private fun shapeOfDataClass(type: Class<*>): Shape {
        val components = sortedMapOf<Int, Method>()
        for (method in type.declaredMethods) {
            val number = COMPONENT.matchEntire(method.name)?.groupValues?.get(1)?.toIntOrNull() ?: continue
            val isComponent = method.parameterCount == 0 && Modifier.isPublic(method.modifiers)
            if (isComponent && !Modifier.isStatic(method.modifiers)) components[number] = method
        }
        val isData = type.declaredMethods.any { it.name == "copy" || it.name.startsWith("copy\$") }
        if (components.isEmpty() || !isData) return NONE
        val fields = type.declaredFields.filter { !Modifier.isStatic(it.modifiers) && !it.isSynthetic }
        val names = mutableListOf<String>()
        val methods = mutableListOf<Method>()
        for ((number, method) in components) {
            names += fields.getOrNull(number - 1)?.name ?: "component$number"
            methods += open(method)
        }
        return Shape(names, methods)
    }

    /** Makes a public method of a class that is not public callable, where the platform allows it. */
    fun open(method: Method): Method {
        runCatching { method.isAccessible = true }
        return method
    }
}
