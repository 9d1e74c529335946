package dev.tracewire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tracewire.testing.Recording;
import dev.tracewire.testing.Testing;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a caller in Java writes. */
class JavaCallersTest {
    record Point(int x, List<String> names) {}

    @Test
    void stepsAreRecorded() {
        Recording recorded = Testing.recording(new dev.tracewire.testing.RecordingOptions());
        try (recorded) {
            String found = Tracewire.span("answer", "agent", Map.of("q", "otters"), step -> {
                try (Span search = Tracewire.startSpan("search", "tool")) {
                    search.set("hits", 1).setOutput(new Point(1, List.of("a")));
                }
                Tracewire.tool("fetch", it -> it.setOutput(2));
                return "Lutra lutra";
            });
            assertEquals("Lutra lutra", found);
            SessionOptions options = new SessionOptions();
            options.setUserId("u-1");
            int result = Tracewire.session("researcher", options, run -> run.toolCall("search", it -> 7));
            assertEquals(7, result);
            assertThrows(IllegalStateException.class, () -> Tracewire.span("failed", step -> {
                throw new IllegalStateException("no");
            }));
        }
        List<Map<String, Object>> spans = recorded.spans();
        assertEquals(6, spans.size());
        assertEquals(spans.get(0).get("span_id"), spans.get(1).get("parent_id"));
        assertEquals(Map.of("x", 1L, "names", List.of("a")), spans.get(1).get("output"));
    }

    @Test
    void clientsAreConfiguredAndClosed() {
        Configuration configuration = new Configuration();
        configuration.setDisabled(true);
        try (Client client = new Client(configuration)) {
            client.span("off", step -> null);
            assertEquals(0, client.flush().getWritten());
        }
        assertEquals("[1,2]", Formats.encode(new int[] {1, 2}));
    }
}
