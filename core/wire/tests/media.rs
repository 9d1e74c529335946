//! What media are told to be, taken out, carried and put back (`spec/media.md`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use std::collections::BTreeMap;
use tracewire_wire::content::{self, is_under};
use tracewire_wire::envelope::{Content, Entry, Envelope};
use tracewire_wire::id::Hash;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::media::{Tag, extract, recognise};
use tracewire_wire::value::Value;
use tracewire_wire::verify::{self, Report};

fn told(bytes: &[u8]) -> String {
    told_of(bytes, bytes.len() as u64)
}

/// `type widthxheight nanoseconds`.
fn told_of(bytes: &[u8], total: u64) -> String {
    let Some(media) = recognise(bytes, total) else { return "none".to_owned() };
    let size = media.width.zip(media.height).map_or(String::new(), |(width, height)| format!(" {width}x{height}"));
    let time = media.duration_nanos.map_or(String::new(), |nanos| format!(" {nanos}"));
    format!("{}{size}{time}", media.media_type)
}

/// Bytes of pieces: texts as they are, `x` and hex digits.
fn bytes(pieces: &[&str]) -> Vec<u8> {
    let mut all = Vec::new();
    for piece in pieces {
        match piece.strip_prefix("x:") {
            None => all.extend_from_slice(piece.as_bytes()),
            Some(hex) => {
                let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
                let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
                all.extend(digits.chunks(2).map(pair));
            }
        }
    }
    all
}

fn boxed(kind: &str, payload: &[u8]) -> Vec<u8> {
    let size = u32::try_from(payload.len() + 8).unwrap();
    [&size.to_be_bytes()[..], kind.as_bytes(), payload].concat()
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    [&bytes(&["x:89504e470d0a1a0a 0000000d", "IHDR"])[..], &size, &[8, 6, 0, 0, 0]].concat()
}

#[test]
fn pictures_have_their_size_in_their_heads() {
    assert_eq!(told(&png(1024, 768)), "image/png 1024x768");
    assert_eq!(told(&png(0, 768)), "none");
    assert_eq!(told(&bytes(&["GIF89a", "x:40 01 f0 00"])), "image/gif 320x240");
    assert_eq!(told(&bytes(&["GIF88a", "x:40 01 f0 00"])), "none");
    // A JPEG with a segment before its frame, and fill bytes before a marker.
    let jpeg = bytes(&["x:ffd8 ffe0 0006 4a464946 ffff ffc2 0011 08 0300 0400 03"]);
    assert_eq!(told(&jpeg), "image/jpeg 1024x768");
    assert_eq!(told(&bytes(&["x:ffd8 ffc4 0004 0000 ffda 0011 08 0300 0400"])), "image/jpeg");
    assert_eq!(told(&bytes(&["x:ffd8ff"])), "none");
    assert_eq!(
        told(&bytes(&["RIFF", "x:00000000", "WEBPVP8 ", "x:00000000 000000 9d012a 0041 0042"])),
        "image/webp 256x512"
    );
    assert_eq!(told(&bytes(&["RIFF", "x:00000000", "WEBPVP8L", "x:00000000 2f ff c0 3f 00"])), "image/webp 256x256");
    assert_eq!(
        told(&bytes(&["RIFF", "x:00000000", "WEBPVP8X", "x:00000000 00000000 ff0300 ff0200"])),
        "image/webp 1024x768"
    );
    let bmp = |head: &str| bytes(&["BM", "x:00000000 00000000 00000000", head]);
    assert_eq!(told(&bmp("x:28000000 80020000 20feffff 0100")), "image/bmp 640x480");
    assert_eq!(told(&bmp("x:0c000000 8002 e001 0100")), "image/bmp 640x480");
    assert_eq!(told(&bmp("x:29000000 80020000 20feffff 0100")), "none");
    let tiff = bytes(&["x:49492a00 08000000 0200 0001 0300 01000000 00040000 0101 0400 01000000 00030000"]);
    assert_eq!(told(&tiff), "image/tiff 1024x768");
    let tiff = bytes(&["x:4d4d002a 00000008 0002 0100 0003 00000001 04000000 0101 0003 00000001 03000000"]);
    assert_eq!(told(&tiff), "image/tiff 1024x768");
    assert_eq!(told(b"<svg width=\"24\" stroke-width=\"3\" height=\"30px\">"), "image/svg+xml 24x30");
    assert_eq!(told(b"\xef\xbb\xbf\n<?xml version=\"1.0\"?><svg height=\"100%\" width=\"24\"/>"), "image/svg+xml");
    assert_eq!(told(b"<?xml version=\"1.0\"?><html>"), "none");
    assert_eq!(told(b"<svgx>"), "none");
}

#[test]
fn boxes_say_what_they_hold() {
    let ftyp = |brand: &str| boxed("ftyp", &bytes(&[brand, "x:00000000", "mif1", "avif"]));
    let ispe = |size: &str| boxed("ispe", &bytes(&["x:00000000", size]));
    let properties = boxed("ipco", &[ispe("x:00000200 00000200"), ispe("x:00000400 00000300")].concat());
    let meta = boxed("meta", &[&[0; 4][..], &boxed("iprp", &properties)].concat());
    assert_eq!(told(&[ftyp("avif"), meta.clone()].concat()), "image/avif 1024x768");
    assert_eq!(told(&[ftyp("mif1"), meta.clone()].concat()), "image/avif 1024x768");
    assert_eq!(told(&[ftyp("heic"), meta].concat()), "image/heic 1024x768");
    let mvhd = boxed("mvhd", &bytes(&["x:00000000 00000000 00000000 000003e8 000009c4"]));
    let tkhd = boxed("tkhd", &[&[0; 76][..], &bytes(&["x:07800000 04380000"])].concat());
    let movie = boxed("moov", &[mvhd.clone(), boxed("trak", &tkhd)].concat());
    let data = boxed("mdat", &[0; 64]);
    assert_eq!(told(&[ftyp("isom"), data.clone(), movie.clone()].concat()), "video/mp4 1920x1080 2500000000");
    assert_eq!(told(&[ftyp("qt  "), movie].concat()), "video/quicktime 1920x1080 2500000000");
    assert_eq!(told(&[ftyp("isom"), boxed("moov", &mvhd)].concat()), "audio/mp4 2500000000");
    assert_eq!(told(&[ftyp("M4A "), data].concat()), "audio/mp4");
    // A movie that is not all there may show something.
    let part = [ftyp("isom"), boxed("moov", &mvhd)].concat();
    assert_eq!(told(&part[..part.len() - 1]), "video/mp4");
    assert_eq!(told(&ftyp("isom")), "video/mp4");
    assert_eq!(told(&boxed("free", &[0; 16])), "none");
}

#[test]
fn elements_say_what_they_hold() {
    let element =
        |id: &str, data: &[u8]| [&bytes(&[id])[..], &[0x80 | u8::try_from(data.len()).unwrap()], data].concat();
    let head = |doc_type: &str| element("x:1a45dfa3", &element("x:4282", doc_type.as_bytes()));
    let info = element(
        "x:1549a966",
        &[element("x:2ad7b1", &[0x0f, 0x42, 0x40]), element("x:4489", &1234.5_f64.to_be_bytes())].concat(),
    );
    let video = element("x:e0", &[element("x:b0", &[5, 0]), element("x:ba", &[2, 0xd0])].concat());
    let tracks = element("x:1654ae6b", &element("x:ae", &video));
    let segment = [&bytes(&["x:18538067 01ffffffffffffff"])[..], &info, &tracks].concat();
    assert_eq!(told(&[head("webm"), segment].concat()), "video/webm 1280x720 1234500000");
    let segment = element("x:18538067", &element("x:1654ae6b", &element("x:ae", &[])));
    assert_eq!(told(&[head("matroska"), segment].concat()), "audio/x-matroska");
    assert_eq!(told(&head("webm")), "video/webm");
    assert_eq!(told(&head("webx")), "none");
}

#[test]
fn sound_says_how_long_it_lasts() {
    let wav = |data: &str| {
        bytes(&["RIFF", "x:00000000", "WAVEfmt ", "x:10000000 0100 0100 401f0000 803e0000 0200 1000", "data", data])
    };
    assert_eq!(told(&[wav("x:40fa0000"), vec![0; 64_064]].concat()), "audio/wav 4004000000");
    assert_eq!(told(&[wav("x:803e0000"), vec![0; 16_000]].concat()), "audio/wav 1000000000");
    assert_eq!(told(&[wav("x:ffffffff"), vec![0; 8_000]].concat()), "audio/wav 500000000");
    assert_eq!(told_of(&wav("x:ffffffff"), 44 + 8_000), "audio/wav 500000000");
    let flac = bytes(&["fLaC", "x:00000022 10001000 000000 000000 0ac442f0 0000ac44"]);
    assert_eq!(told(&flac), "audio/flac 1000000000");
    let page = |position: &str, payload: &str| {
        bytes(&["OggS", "x:0000", position, "x:00000000 00000000 00000000 01 13", payload])
    };
    let opus = [
        page("x:0000000000000000", "OpusHead"),
        bytes(&["x:01 02 3801 80bb0000 0000 00"]),
        page("x:b8bc000000000000", ""),
    ]
    .concat();
    assert_eq!(told(&opus), "audio/ogg 1000000000");
    assert_eq!(told_of(&opus, 1 << 20), "audio/ogg");
    assert_eq!(told(&page("x:0000000000000000", "other")), "application/ogg");
    // 128 kbit/s at 44,100 Hz: frames of 417 bytes.
    let frame = |info: &str| {
        let mut frame =
            bytes(&["x:fffb9000", "x:0000000000000000 0000000000000000 0000000000000000 0000000000000000", info]);
        frame.resize(417, 0);
        frame
    };
    assert_eq!(told(&[frame(""), frame("")].concat()), "audio/mpeg 52125000");
    assert_eq!(told(&[frame("x:496e666f 00000001 00000064"), frame("")].concat()), "audio/mpeg 2612244897");
    assert_eq!(told(&[frame(""), vec![1; 417]].concat()), "none");
    assert_eq!(told(&[bytes(&["ID3", "x:0400 00 00000002 0000"]), frame("")].concat()), "audio/mpeg 26062500");
    let adts = bytes(&["x:fff15080 01 1ffc 00 fff15080 01 1ffc 00"]);
    assert_eq!(told(&adts), "audio/aac");
    assert_eq!(told(b"%PDF-1.7"), "application/pdf");
    for nothing in
        [&b""[..], b"\xff", b"otters", b"\0\0\0\x10ftyp", b"RIFF", b"OggS\0", b"ID3", b"BM", b"\x1a\x45\xdf\xa3"]
    {
        assert_eq!(told(nothing), "none", "{nothing:?}");
    }
}

fn read(text: &str) -> Value {
    json::read(text.as_bytes(), &ReadOptions::default()).unwrap()
}

/// The body, and what is carried.
fn taken_out(body: &Value) -> (Value, BTreeMap<Hash, Value>) {
    let Value::Map(mut body) = body.clone() else { panic!("a map") };
    let mut carried = BTreeMap::new();
    extract(&mut body, &mut |hash, json| _ = carried.insert(hash, read(std::str::from_utf8(&json).unwrap())));
    (Value::Map(body), carried)
}

const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg==";

#[test]
fn what_is_taken_out_comes_back() {
    let pixel = Hash::of(&read(&format!(r#"{{"$bytes":"{PIXEL}"}}"#)).as_bytes().unwrap());
    let body = read(&format!(
        r#"{{"input":[{{"content":[{{"image_url":{{"url":"data:image/jpeg;base64,{PIXEL}"}},"type":"image_url"}},{{"source":{{"data":"{PIXEL}","media_type":"image/png","type":"base64"}}}}],"role":"user"}},{{"content":{{"$bytes":"{PIXEL}"}},"role":"tool"}}],"name":"data:image/png;base64,{PIXEL}","output":{{"a":{{"$x":[{{"$bytes":"{PIXEL}"}}],"y":"{PIXEL}"}},"b":"{}","{PIXEL}":1}}}}"#,
        PIXEL.trim_end_matches('='),
    ));
    let (out, carried) = taken_out(&body);
    let tag = |more: &str| {
        format!(r#"{{"$media":{{"bytes":70,{more}"hash":"{pixel}","height":1,"type":"image/png","width":1}}}}"#)
    };
    let with_prefix = format!(
        r#"{{"$media":{{"bytes":70,"encoding":"base64","hash":"{pixel}","height":1,"prefix":"data:image/jpeg;base64,","type":"image/png","width":1}}}}"#
    );
    let expected = format!(
        r#"{{"input":[{{"content":[{{"image_url":{{"url":{with_prefix}}},"type":"image_url"}},{{"source":{{"data":{},"media_type":"image/png","type":"base64"}}}}],"role":"user"}},{{"content":{},"role":"tool"}}],"name":"data:image/png;base64,{PIXEL}","output":{{"a":{{"$x":[{}],"y":"{PIXEL}"}},"b":{},"{PIXEL}":1}}}}"#,
        tag(r#""encoding":"base64","#),
        tag(""),
        tag(""),
        tag(r#""encoding":"base64-unpadded","#),
    );
    assert_eq!(String::from_utf8(json::write(&out)).unwrap(), expected);
    assert_eq!(carried.keys().collect::<Vec<_>>(), [&pixel], "it is carried once");
    assert!(carried.iter().all(|(hash, value)| is_under(value, None, hash)));
    let Value::Map(mut back) = out.clone() else { panic!("a map") };
    content::resolve(&mut back, &|hash| carried.get(hash).cloned());
    assert_eq!(json::write(&Value::Map(back)), json::write(&body));
    let Value::Map(mut without) = out.clone() else { panic!("a map") };
    content::resolve(&mut without, &|_| None);
    assert_eq!(Value::Map(without), out);
}

#[test]
fn what_is_cut_says_what_it_was() {
    let (text, bytes) = (&PIXEL[..50], &PIXEL[..48]);
    let body = read(&format!(
        r#"{{"input":[{{"$cut":"data:image/png;base64,{text}","missing_bytes":46}},{{"$cut":{{"$bytes":"{bytes}"}},"missing_bytes":34}},{{"$cut":"data:image/png;base64,otters in the bay","missing_bytes":3}},{{"$cut":["{PIXEL}"],"missing_items":2}}]}}"#
    ));
    let (out, carried) = taken_out(&body);
    let tag = |bytes: u64, prefix: &str| {
        format!(
            r#"{{"$media":{{"bytes":{bytes},"height":1,"missing_bytes":{bytes},{prefix}"type":"image/png","width":1}}}}"#
        )
    };
    let kept = out.as_map().and_then(|map| map.get("input")?.as_list()?.get(3)).unwrap();
    assert!(Tag::of(&kept.as_map().unwrap().get("$cut").unwrap().as_list().unwrap()[0]).unwrap().hash.is_some());
    let expected = format!(
        r#"{{"input":[{},{},{{"$cut":"data:image/png;base64,otters in the bay","missing_bytes":3}},{}]}}"#,
        tag(72, r#""prefix":"data:image/png;base64,","#),
        tag(70, ""),
        String::from_utf8(json::write(kept)).unwrap(),
    );
    assert_eq!(String::from_utf8(json::write(&out)).unwrap(), expected);
    assert_eq!(carried.len(), 1);
}

#[test]
fn bytes_that_could_be_a_value_stand_under_no_hash_of_their_own() {
    let value = read(r#"{"role":"user"}"#);
    let hash = content::content_hash(&value, None);
    assert!(is_under(&value, None, &hash));
    assert!(!is_under(&Value::bytes(br#"{"role":"user"}"#), None, &hash));
    let nonce = "0123456789abcdef0123456789abcdef";
    let keyed = content::content_hash(&value, Some(nonce));
    assert!(!is_under(&Value::bytes(format!("{nonce}\n{{\"role\":\"user\"}}").as_bytes()), None, &keyed));
    let flac = Value::bytes(b"fLaC and so on");
    assert!(is_under(&flac, None, &Hash::of(b"fLaC and so on")));
    assert!(!is_under(&flac, Some(nonce), &Hash::of(b"fLaC and so on")));
}

fn verify(envelope: &Envelope) -> Report {
    verify::verify([envelope.write()]).unwrap()
}

#[test]
fn media_are_verified_missed_and_erased_like_other_content() {
    let body = read(&format!(r#"{{"data":{{"$bytes":"{PIXEL}"}}}}"#));
    let (body, carried) = taken_out(&body);
    let Value::Map(body) = body else { panic!("a map") };
    let event = read(&format!(
        r#"{{"body":{},"seq":1,"span_id":"00f067aa0ba902b7","time":"2026-11-21T04:30:00.123456789Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.event"}}"#,
        String::from_utf8(json::write(&Value::Map(body))).unwrap()
    ));
    let event = tracewire_wire::event::Event::from_value(event).unwrap();
    let mut envelope = Envelope::read(br#"{"close":"exited","digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","events":[],"first_seq":1,"producer":"p","resource":{},"seal":3,"spec":"1.0"}"#).unwrap();
    envelope.events = vec![Entry::Event(Box::new(event))];
    envelope.digest = envelope.compute_digest();
    let missing = verify(&envelope);
    assert!(missing.is_sound() && !missing.is_complete());
    let hash = *carried.keys().next().unwrap();
    envelope.content.insert(hash, Content::new(carried[&hash].clone()));
    assert!(verify(&envelope).is_complete());
    let mut wrong = envelope.clone();
    wrong.content.insert(hash, Content::new(Value::bytes(&png(2, 2))));
    assert!(!verify(&wrong).is_sound());
    assert!(tracewire_wire::erase::erase_content(&mut envelope, &hash));
    let erased = verify(&envelope);
    assert!(erased.is_sound() && erased.is_complete());
}

#[test]
fn any_bytes_are_looked_at_without_harm() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let heads: Vec<Vec<u8>> = [
        "x:89504e470d0a1a0a",
        "x:ffd8ff",
        "GIF89a",
        "x:49492a00",
        "x:0000001c66747970",
        "x:1a45dfa3",
        "fLaC",
        "OggS",
        "ID3",
        "x:fffb",
        "x:fff1",
        "<svg ",
    ]
    .iter()
    .map(|head| bytes(&[head]))
    .collect();
    for round in 0..20_000_usize {
        let mut data = heads[round % heads.len()].clone();
        for _ in 0..round % 97 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            data.push((seed >> 56) as u8);
        }
        for total in [data.len() as u64, u64::MAX] {
            recognise(&data, total);
        }
    }
}
