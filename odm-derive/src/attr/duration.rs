//! Durations with a unit: `90d`.

use syn::LitStr;

/// MongoDB stores a TTL as a signed 32-bit number of seconds.
const MAX_SECONDS: u64 = 2_147_483_647;

/// Returns the number of seconds in `45s`, `30m`, `12h`, `90d` or `2w`.
pub(crate) fn seconds(text: &LitStr) -> syn::Result<u64> {
    parse(&text.value()).map_err(|message| syn::Error::new(text.span(), message))
}

fn parse(text: &str) -> Result<u64, String> {
    let wrong = || {
        format!(
            "`{text}` is not a duration: write a whole number and a unit, \
             `45s`, `30m`, `12h`, `90d` or `2w`"
        )
    };
    let unit_at = text.find(|character: char| !character.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(unit_at);
    let unit_seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        "w" => 7 * 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    if number.is_empty() {
        return Err(wrong());
    }
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(unit_seconds))
        .filter(|seconds| *seconds <= MAX_SECONDS)
        .ok_or_else(|| format!("`{text}` is too long: MongoDB keeps at most 2147483647 seconds (24855 days)"))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn every_unit() {
        assert_eq!(parse("45s"), Ok(45));
        assert_eq!(parse("30m"), Ok(1_800));
        assert_eq!(parse("12h"), Ok(43_200));
        assert_eq!(parse("90d"), Ok(7_776_000));
        assert_eq!(parse("2w"), Ok(1_209_600));
        assert_eq!(parse("0s"), Ok(0), "expires at the date itself");
        assert_eq!(parse("2147483647s"), Ok(2_147_483_647));
    }

    #[test]
    fn mistakes_show_the_correct_form() {
        for text in ["", "90", "d", "90 d", "9.5d", "-1d", "90days", "1d12h", "90D", "९d"] {
            let message = parse(text).unwrap_err();
            assert_eq!(
                message,
                format!(
                    "`{text}` is not a duration: write a whole number and a unit, `45s`, `30m`, `12h`, `90d` or `2w`"
                )
            );
        }
    }

    #[test]
    fn too_long_for_the_server() {
        for text in ["2147483648s", "24856d", "99999999999999999999w"] {
            assert!(parse(text).unwrap_err().contains("too long"), "{text}");
        }
    }
}
