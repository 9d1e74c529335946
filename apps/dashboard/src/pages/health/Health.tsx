import { useHealth, useProducers } from "../../api/queries.ts";
import type { Producer } from "../../api/types.ts";
import { Top } from "../../app/Shell.tsx";
import { Icon } from "../../design/Icon.tsx";
import { ago, bytes, count, duration } from "../../logic/format.ts";
import { isMap } from "../../logic/json.ts";
import { visible } from "../../logic/visible.ts";
import { Dash, Data, ProblemBox, Skeleton, Snippet, Time, Wide } from "../../parts/Basics.tsx";
import { useNow } from "../../parts/now.ts";

const WORDS: Record<string, [string, string]> = {
  alive: ["alive", "its process runs"],
  dead: ["dead", "its process ended without saying so"],
  closed: ["closed", "it ended in order"],
  unknown: ["unknown", "it is on another machine, so nobody here can tell"],
};

/** Shape and word of a producer's state. */
function Life({ state }: { state: string }) {
  const [word, why] = WORDS[state] ?? [state, ""];
  return (
    <span className={`life ${Object.hasOwn(WORDS, state) ? state : "unknown"}`} title={why}>
      <i aria-hidden="true" />
      {visible(word)}
    </span>
  );
}

/** What its envelopes prove. */
function Sound({ producer }: { producer: Producer }) {
  const wrong = producer.contradiction;
  if (producer.sound === false) {
    return (
      <span className="status error" title={wrong ? visible(wrong.message) : ""}>
        <Icon name="warning" size={14} /> {wrong ? place(wrong) : "broken"}
      </span>
    );
  }
  if (producer.sound !== true) {
    return (
      <span className="faint" title="None of its envelopes is verified yet">
        not yet verified
      </span>
    );
  }
  const missing = producer.missing_events ?? 0;
  if (missing > 0) {
    return (
      <span className="status cancelled" title="What is here holds together; some of it never came">
        <Icon name="warning" size={14} /> {count(missing)} missing
      </span>
    );
  }
  const behind = producer.last_seq - (producer.verified_seq ?? producer.last_seq);
  return (
    <span className="status ok" title="Every envelope follows the one before it; nothing was changed or left out">
      <Icon name="check" size={14} /> sound{behind > 0 && <span className="faint"> so far</span>}
    </span>
  );
}

/** The code and the place, as `tracewire verify` says them. */
function place(wrong: NonNullable<Producer["contradiction"]>): string {
  return `${visible(wrong.code)} at event ${count(wrong.first_seq)}`;
}

/** Who sends, what was lost, what is proved. */
export function Health() {
  const health = useHealth();
  const producers = useProducers();
  const now = useNow(5000);
  const all = producers.data?.items ?? [];
  const isKnown = producers.data !== undefined;
  const losses = new Map<string, number>();
  for (const loss of all.flatMap((producer) => producer.losses)) {
    losses.set(loss.reason, (losses.get(loss.reason) ?? 0) + loss.count);
  }
  const lost = [...losses.values()].reduce((sum, value) => sum + value, 0);
  const verified = all.filter((producer) => typeof producer.sound === "boolean").length;
  const broken = all.filter((producer) => producer.sound === false);
  const first = broken.find((producer) => producer.contradiction)?.contradiction;
  const store = isMap(health.data?.store) ? health.data.store : {};
  return (
    <>
      <Top title="Health" />
      <div className="scroll stack">
        {(health.isError || producers.isError) && (
          <ProblemBox
            error={health.error ?? producers.error}
            retry={() => {
              void health.refetch();
              void producers.refetch();
            }}
          />
        )}
        <div className="cards">
          <Card
            name="Server"
            value={health.data === undefined ? "…" : visible(health.data.status)}
            more={
              health.data === undefined
                ? ""
                : `version ${visible(health.data.version)}, up for ${duration(health.data.uptime_nanos)}`
            }
          />
          <Card
            name="Store"
            value={typeof store["bytes"] === "number" ? bytes(store["bytes"]) : "–"}
            more={[
              typeof store["engine"] === "string" ? store["engine"] : "",
              typeof store["events"] === "number" ? `${count(store["events"])} events` : "",
            ]
              .filter(Boolean)
              .join(", ")}
          />
          <Card
            name="Producers alive"
            value={isKnown ? count(all.filter((producer) => producer.process_state === "alive").length) : "…"}
            more={isKnown ? `of ${count(all.length)}` : ""}
          />
          <Card
            name="Records lost"
            value={isKnown ? count(lost) : "…"}
            more={
              !isKnown
                ? ""
                : lost === 0
                  ? "nothing was dropped"
                  : [...losses].map(([reason, number]) => `${count(number)} ${visible(reason)}`).join(", ")
            }
            bad={lost > 0}
          />
          <Card
            name="Chains"
            value={!isKnown ? "…" : broken.length > 0 ? `${count(broken.length)} broken` : verified > 0 ? "sound" : "–"}
            more={
              !isKnown
                ? ""
                : `verified ${count(verified)} of ${count(all.length)}${first ? ` · first ${place(first)}` : ""}`
            }
            bad={broken.length > 0}
          />
        </div>
        <p className="faint">
          To prove every recording from the machine that holds it: <code>tracewire verify</code>
        </p>
        <section className="card">
          <header>
            <h2>Producers</h2>
          </header>
          <div className="body">
            {producers.isPending ? (
              <Skeleton rows={4} />
            ) : all.length === 0 ? (
              <div className="stack">
                <p className="muted">Nobody has sent anything yet. Point OpenTelemetry here, or an SDK of tracewire:</p>
                <Snippet>{`export OTEL_EXPORTER_OTLP_ENDPOINT=${location.origin}\nexport OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`}</Snippet>
              </div>
            ) : (
              <Wide label="Producers">
                <table className="plain-table one-line">
                  <thead>
                    <tr>
                      <th>Service</th>
                      <th>State</th>
                      <th>Chain</th>
                      <th>Lost</th>
                      <th className="end">Sealed events</th>
                      <th className="end">Not yet sealed</th>
                      <th>Where</th>
                      <th>Producer</th>
                      <th className="end">Since</th>
                    </tr>
                  </thead>
                  <tbody>
                    {all.map((producer) => (
                      <tr key={producer.name}>
                        <td>{producer.service ? <Data>{producer.service}</Data> : <Dash />}</td>
                        <td>
                          <Life state={producer.process_state} />
                        </td>
                        <td>
                          <Sound producer={producer} />
                        </td>
                        <td>
                          {producer.losses.length === 0 ? (
                            <Dash />
                          ) : (
                            <span className="bad">
                              {producer.losses.map((loss) => `${count(loss.count)} ${visible(loss.reason)}`).join(", ")}
                            </span>
                          )}
                        </td>
                        <td className="end">{count(producer.last_seq)}</td>
                        <td className="end">{producer.pending === 0 ? <Dash /> : count(producer.pending)}</td>
                        <td className="muted">
                          {producer.host ? visible(producer.host) : ""} {producer.pid ? `pid ${producer.pid}` : ""}
                        </td>
                        <td>
                          <code className="faint">{visible(producer.name)}</code>
                        </td>
                        <td className="end muted">
                          {producer.created ? (
                            <Time at={producer.created}>{ago(producer.created, now)}</Time>
                          ) : (
                            <Dash />
                          )}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Wide>
            )}
          </div>
        </section>
      </div>
    </>
  );
}

function Card({ name, value, more, bad = false }: { name: string; value: string; more: string; bad?: boolean }) {
  return (
    <div className="card number">
      <h2>{name}</h2>
      <p className={bad ? "value bad" : "value"}>{value}</p>
      <p className="faint cut" title={more}>
        {more === "" ? "\u00a0" : more}
      </p>
    </div>
  );
}
