package dev.tracewire.sample

import android.os.Bundle
import android.widget.Button
import android.widget.LinearLayout
import android.widget.TextView
import androidx.activity.ComponentActivity
import androidx.lifecycle.lifecycleScope
import dev.tracewire.SessionOptions
import dev.tracewire.Tracewire
import dev.tracewire.coroutines.session
import dev.tracewire.coroutines.tool
import dev.tracewire.coroutines.traced
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.util.concurrent.Executors

/** One thread, so that what is said last holds. Not the activity's: that one may be gone before all is delivered. */
private val hooks = Executors.newSingleThreadExecutor()

/** One button: each press is a run of an agent. */
class MainActivity : ComponentActivity() {
    private lateinit var answer: TextView

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        answer = TextView(this)
        val ask = Button(this).apply { setText(R.string.ask) }
        // A press that is abandoned (the user leaves) ends its run as cancelled.
        ask.setOnClickListener { lifecycleScope.launch { run("What is an otter?") } }
        setContentView(
            LinearLayout(this).apply {
                orientation = LinearLayout.VERTICAL
                addView(ask)
                addView(answer)
            },
        )
    }

    override fun onStart() {
        super.onStart()
        hooks.execute { Tracewire.onForeground() }
    }

    override fun onStop() {
        // What fits into the time is delivered; the rest waits in the app's folder.
        hooks.execute { Tracewire.onBackground() }
        super.onStop()
    }

    private suspend fun run(question: String) =
        session("assistant", SessionOptions { input = question }) { run ->
            answer.text = ""
            val found = withContext(Dispatchers.IO) { tool("search", input = question) { step -> search().also { step.setOutput(it) } } }
            write(found).traced("chat", "llm").collect { word -> answer.append(word) }
            run.setOutput(answer.text)
        }

    private suspend fun search(): String {
        delay(50)
        return "Lutra lutra"
    }

    private fun write(found: String): Flow<String> =
        flow {
            for (word in "An otter is a mustelid: $found.".split(" ")) {
                delay(50)
                emit("$word ")
            }
        }
}
