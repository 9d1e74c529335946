//! What a case's file says shortly and an adapter gets in full: `{"repeat":["ab",1000]}`, `{"list_of":[v,1000]}`.

use serde_json::Value;

/// No value is written out beyond so many bytes: a slip of the pen must not fill the memory.
const MOST_BYTES: usize = 64 << 20;

/// Writes out what a value holds.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn expand(value: &mut Value) -> Result<(), String> {
    expand_within(value, &mut { MOST_BYTES })
}

fn expand_within(value: &mut Value, room: &mut usize) -> Result<(), String> {
    let written = match value {
        Value::Array(items) => return items.iter_mut().try_for_each(|item| expand_within(item, room)),
        Value::Object(members) if members.len() == 1 => match members.iter_mut().next() {
            Some((name, short)) if name == "repeat" => repeat(short, room)?,
            Some((name, short)) if name == "list_of" => list_of(short, room)?,
            Some((_, other)) => return expand_within(other, room),
            None => return Ok(()),
        },
        Value::Object(members) => return members.values_mut().try_for_each(|member| expand_within(member, room)),
        _ => return Ok(()),
    };
    *value = written;
    Ok(())
}

fn repeat(short: &Value, room: &mut usize) -> Result<Value, String> {
    match short.as_array().map(Vec::as_slice) {
        Some([Value::String(text), times]) => {
            let times = count(times)?;
            take(room, text.len().saturating_mul(times))?;
            Ok(text.repeat(times).into())
        }
        _ => Err("`repeat` takes a text and how often: {\"repeat\":[\"ab\",1000]}".to_owned()),
    }
}

fn list_of(short: &mut Value, room: &mut usize) -> Result<Value, String> {
    match short.as_array_mut().map(Vec::as_mut_slice) {
        Some([item, times]) => {
            let times = count(times)?;
            expand_within(item, room)?;
            take(room, item.to_string().len().saturating_mul(times))?;
            Ok(vec![item.take(); times].into())
        }
        _ => Err("`list_of` takes a value and how often: {\"list_of\":[1,1000]}".to_owned()),
    }
}

fn count(value: &Value) -> Result<usize, String> {
    let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
    count.ok_or_else(|| format!("{value} is no number of times"))
}

fn take(room: &mut usize, bytes: usize) -> Result<(), String> {
    *room = room.checked_sub(bytes).ok_or_else(|| format!("more than {MOST_BYTES} bytes would be written out"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn repetitions_are_written_out() {
        let mut value =
            json!({"map":[["k",{"list_of":[{"repeat":["ab",2]},3]}],[{"repeat":["x",0]},{"list_of":[1,0]}]]});
        assert_eq!(expand(&mut value), Ok(()));
        assert_eq!(value, json!({"map":[["k",["abab","abab","abab"]],["",[]]]}));
    }

    #[test]
    fn wrong_ones_are_named() {
        let said = |mut value| expand(&mut value).err().unwrap_or_default();
        assert_eq!(said(json!([{"repeat":["a",-1]}])), "-1 is no number of times");
        assert_eq!(said(json!({"repeat":"a"})), "`repeat` takes a text and how often: {\"repeat\":[\"ab\",1000]}");
        let bomb = json!({"list_of":[{"list_of":[{"repeat":["a",9999]},9999]},9999]});
        assert_eq!(said(bomb), "more than 67108864 bytes would be written out");
    }
}
