package dev.tracewire.testing

/** The steps of events. */
internal object TestSpans {
    private val PLACE = listOf("trace_id", "span_id", "parent_id", "kind")
    private val MERGED_BY_KEY = setOf("attributes", "usage", "cost")

    fun of(events: List<Map<String, Any?>>): List<Map<String, Any?>> {
        val spans = LinkedHashMap<Any?, MutableMap<String, Any?>>()
        for (event in events) {
            val body = event["body"] as? Map<*, *> ?: emptyMap<Any, Any>()
            val id = event["span_id"]
            val span = spans[id]
            when (event["type"]) {
                "span.start" -> {
                    val begun = LinkedHashMap<String, Any?>()
                    for (name in PLACE) if (name in event) begun[name] = event[name]
                    body.forEach { (name, value) -> begun[name.toString()] = value }
                    begun["events"] = ArrayList<Any?>()
                    spans[id] = begun
                }

                "span.event" -> {
                    @Suppress("UNCHECKED_CAST")
                    (span?.get("events") as MutableList<Any?>?)?.add(body)
                }

                "span.update", "span.end" -> if (span != null) merge(span, body, event)
            }
        }
        return spans.values.toList()
    }

    private fun merge(span: MutableMap<String, Any?>, body: Map<*, *>, event: Map<String, Any?>) {
        for ((key, value) in body) {
            val known = span[key]
            val merges = key in MERGED_BY_KEY && value is Map<*, *> && known is Map<*, *>
            span[key.toString()] = if (merges) known + value else value
        }
        for (name in listOf("status", "duration_nanos")) if (name in event) span[name] = event[name]
    }
}
