import { useEffect, useMemo, useRef, useState } from "react";
import { save } from "../api/client.ts";
import { Icon } from "../design/Icon.tsx";
import { bytes as inBytes } from "../logic/format.ts";
import { bytesOf, type Media, PICTURES, SOUNDS, sniff } from "../logic/media.ts";
import { visible } from "../logic/visible.ts";

/**
 * An image or sound that a run carried. Nothing is fetched for it: an address is shown as text. Bytes are taken for
 * what their first ones say, decoded to pixels and painted, so nothing in them can run; what cannot be painted can be saved.
 */
export function Picture({ media }: { media: Media }) {
  const bytes = useMemo(() => (media.base64 === undefined ? undefined : bytesOf(media.base64)), [media.base64]);
  const kind = useMemo(() => (bytes === undefined ? undefined : sniff(bytes)), [bytes]);
  if (bytes === undefined) {
    return (
      <span className="media-address">
        <Icon name="link" size={13} />
        <code className="data">{visible(media.url ?? "bytes that cannot be read")}</code>
      </span>
    );
  }
  return (
    <figure className="media">
      {kind !== undefined && PICTURES.includes(kind) && <Painted bytes={bytes} />}
      {kind !== undefined && SOUNDS.includes(kind) && <Sound bytes={bytes} />}
      <figcaption>
        {kind ?? "bytes"} · {inBytes(bytes.length)}
        {media.declared !== "" && kind === undefined && <span> · said to be {visible(media.declared)}</span>}
        <button
          type="button"
          className="link"
          onClick={() => save(new Blob([bytes], { type: "application/octet-stream" }), `media.${kind ?? "bin"}`)}
        >
          Save
        </button>
      </figcaption>
    </figure>
  );
}

function Painted({ bytes }: { bytes: Uint8Array<ArrayBuffer> }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    createImageBitmap(new Blob([bytes])).then(
      (bitmap) => {
        const target = canvas.current;
        if (!gone && target !== null) {
          const scale = Math.min(1, 1200 / Math.max(bitmap.width, bitmap.height));
          target.width = Math.max(1, Math.round(bitmap.width * scale));
          target.height = Math.max(1, Math.round(bitmap.height * scale));
          target.getContext("2d")?.drawImage(bitmap, 0, 0, target.width, target.height);
        }
        bitmap.close();
      },
      () => setFailed(true),
    );
    return () => {
      gone = true;
    };
  }, [bytes]);
  return failed ? (
    <p className="muted">The picture cannot be decoded.</p>
  ) : (
    <canvas ref={canvas} role="img" aria-label="Picture of the run" />
  );
}

function Sound({ bytes }: { bytes: Uint8Array<ArrayBuffer> }) {
  const [playing, setPlaying] = useState<AudioBufferSourceNode | undefined>();
  const toggle = async () => {
    if (playing !== undefined) {
      playing.stop();
      setPlaying(undefined);
      return;
    }
    const context = new AudioContext();
    const source = context.createBufferSource();
    source.buffer = await context.decodeAudioData(bytes.slice().buffer);
    source.connect(context.destination);
    source.onended = () => setPlaying(undefined);
    source.start();
    setPlaying(source);
  };
  return (
    <button type="button" className="button" onClick={() => void toggle()}>
      <Icon name={playing === undefined ? "play" : "pause"} size={12} />
      {playing === undefined ? "Play" : "Stop"}
    </button>
  );
}
