package dev.tracewire.shown;

import dev.tracewire.Configuration;
import dev.tracewire.Mode;
import dev.tracewire.SessionOptions;
import dev.tracewire.Span;
import dev.tracewire.Tracewire;
import dev.tracewire.exporters.JsonLinesExporter;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What the page "Kotlin and Java" shows of Java, as it stands there. */
final class TutorialShown {
    private TutorialShown() {}

    static void configured() {
        Configuration configuration = new Configuration();
        configuration.setService("weather");
        configuration.setMode(Mode.BACKGROUND);
        configuration.exporters(new JsonLinesExporter("traces.jsonl"));
        Tracewire.init(configuration);
    }

    static String plan(String question) {
        return Tracewire.agent("plan", question, step -> {
            String found = forecast("Ghent");
            step.set("cities", 1).setOutput(found);
            return found;
        });
    }

    static String forecast(String city) {
        try (Span step = Tracewire.startSpan("forecast", "tool", Map.of("city", city))) {
            String found = city + ": dry";
            step.setOutput(found);
            return found;
        }
    }

    static String run(String question) {
        SessionOptions options = new SessionOptions();
        options.setSessionId("monday");
        return Tracewire.session("guide", options, run -> run.toolCall("plan", it -> plan(question)));
    }

    static void threads() {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        Tracewire.bind(threads).execute(() -> forecast("Oslo"));
        threads.shutdown();
    }
}
