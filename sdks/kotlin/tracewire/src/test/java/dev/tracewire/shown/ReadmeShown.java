package dev.tracewire.shown;

import dev.tracewire.Span;
import dev.tracewire.Tracewire;
import java.util.List;

/** What the README shows of Java, as it stands there. */
final class ReadmeShown {
    private ReadmeShown() {}

    static String shown(String question) {
        try (Span step = Tracewire.startSpan("search", "tool")) {
            step.set("hits", 3).setOutput(List.of("Lutra lutra"));
        }
        String answer = Tracewire.span("answer", "agent", question, step -> ask(question));
        return answer;
    }

    private static String ask(String question) {
        return question;
    }
}
