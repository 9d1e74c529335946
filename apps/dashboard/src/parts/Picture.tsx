import { useEffect, useMemo, useRef, useState } from "react";
import { save } from "../api/client.ts";
import { Icon } from "../design/Icon.tsx";
import { bytes as inBytes } from "../logic/format.ts";
import { bytesOf, FILMS, inWords, type Media, PICTURES, SOUNDS, sniff, type Told } from "../logic/media.ts";
import { visible } from "../logic/visible.ts";

/**
 * An image or sound that a run carried. Nothing is fetched for it: an address is shown as text. Bytes are taken for
 * what their first ones say, decoded to pixels and painted, so nothing in them can run; what cannot be painted can be saved.
 */
export function Picture({ media }: { media: Media }) {
  const bytes = useMemo(() => (media.base64 === undefined ? undefined : bytesOf(media.base64)), [media.base64]);
  const kind = useMemo(() => (bytes === undefined ? undefined : sniff(bytes)), [bytes]);
  const [size, setSize] = useState("");
  if (media.told !== undefined) {
    return <Card told={media.told} />;
  }
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
      {kind !== undefined && PICTURES.includes(kind) && <Painted bytes={bytes} onSize={setSize} />}
      {kind !== undefined && SOUNDS.includes(kind) && <Sound bytes={bytes} />}
      {kind !== undefined && FILMS[kind] !== undefined && <Film bytes={bytes} type={FILMS[kind]} />}
      <figcaption>
        {kind ?? "bytes"}
        {size} · {inBytes(bytes.length)}
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

/** A medium whose bytes are not here: what it is, and that it is not. */
function Card({ told }: { told: Told }) {
  return (
    <span className="media-address">
      <Icon name="file" size={13} />
      <span className="data">
        {visible(inWords(told))} · {inBytes(told.bytes)}
      </span>
      <span className="muted">{told.cut ? "too large when it was recorded" : "not in this copy"}</span>
    </span>
  );
}

/** A film. A player takes it for a film whatever it is, and runs nothing of it. */
function Film({ bytes, type }: { bytes: Uint8Array<ArrayBuffer>; type: string }) {
  const [address, setAddress] = useState<string | undefined>();
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes], { type }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, type]);
  if (address === undefined) {
    return null;
  }
  // biome-ignore lint/a11y/useMediaCaption: what a run recorded has no captions of ours.
  return <video src={address} controls preload="metadata" aria-label="Film of the run" />;
}

function Painted({ bytes, onSize }: { bytes: Uint8Array<ArrayBuffer>; onSize: (size: string) => void }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    createImageBitmap(new Blob([bytes])).then(
      (bitmap) => {
        const target = canvas.current;
        if (!gone && target !== null) {
          onSize(` ${bitmap.width}×${bitmap.height}`);
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
  }, [bytes, onSize]);
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
