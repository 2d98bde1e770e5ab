//! A difference made small: the fewest secrets and the shortest request that still show it, in words.

use serde_json::Value;

use super::secret::Secret;
use super::served::{Answer, Content, Request};
use super::trial::{Difference, Pair, Trial};

/// What to print of a difference.
pub(super) async fn report(trial: &Trial<'_>, found: Difference) -> String {
    let as_found = std::env::var("DOCPAL_NI_SHRINK").is_ok_and(|value| value == "0");
    let small = if as_found { Some(found.clone()) } else { shrink(trial, found.clone()).await };
    let (small, alone) = match small {
        Some(small) => (small, ""),
        None => (found, "\n(only after the requests before it)"),
    };
    format!(
        "world {} as {}{alone}\nsecret: {:?}\nrequest: {}\n{}",
        trial.seed,
        trial.who().name,
        small.secrets,
        small.request,
        in_words(&small.answers),
    )
}

/// Where two answers differ.
fn in_words([one, two]: &[Answer; 2]) -> String {
    let common = one.body.chars().zip(two.body.chars()).take_while(|(one, two)| one == two).count();
    let around = |body: &str| body.chars().skip(common.saturating_sub(160)).take(420).collect::<String>();
    let only = |of: &Answer, other: &Answer| {
        let headers = of.headers.iter().filter(|header| !other.headers.contains(header));
        headers.map(|(name, value)| format!(" {name}: {value}")).collect::<String>()
    };
    let line =
        |of: &Answer, other: &Answer| format!("{}{}\n    ..{}", of.status, only(of, other), around(&of.body));
    format!("without it: {}\nwith it:    {}", line(one, two), line(two, one))
}

async fn differs(trial: &Trial<'_>, secrets: &[Secret], request: &Request) -> Option<Difference> {
    let pair = Pair::new(trial, secrets).await;
    let answers = pair.compare(trial, request).await.err()?;
    Some(Difference { secrets: secrets.to_vec(), request: request.clone(), answers })
}

async fn shrink(trial: &Trial<'_>, found: Difference) -> Option<Difference> {
    let mut small = differs(trial, &found.secrets, &found.request).await?;
    while let Some(smaller) = with_fewer_secrets(trial, &small).await {
        small = smaller;
    }
    let pair = Pair::new(trial, &small.secrets).await;
    'again: loop {
        for request in shorter(&small.request) {
            if let Err(answers) = pair.compare(trial, &request).await {
                small = Difference { secrets: small.secrets, request, answers };
                continue 'again;
            }
        }
        return Some(small);
    }
}

async fn with_fewer_secrets(trial: &Trial<'_>, small: &Difference) -> Option<Difference> {
    if small.secrets.len() == 1 {
        return None;
    }
    // A secret is safe together with those before it: alone it may show, and is then no secret.
    for left_out in 0..small.secrets.len() {
        let mut fewer = small.secrets.clone();
        fewer.remove(left_out);
        if Pair::is_secret(trial, &fewer)
            && let Some(smaller) = differs(trial, &fewer, &small.request).await
        {
            return Some(smaller);
        }
    }
    None
}

/// The same request with one thing less, in each way.
fn shorter(request: &Request) -> Vec<Request> {
    let mut all: Vec<Request> = match &request.body {
        // Another write may rightly show something.
        Content::Json(body) if !request.path.contains("/records") => {
            less(body).into_iter().map(|body| request.clone().json(body)).collect()
        }
        _ => Vec::new(),
    };
    if let Some((path, query)) = request.path.split_once('?') {
        let pairs: Vec<&str> = query.split('&').collect();
        for left_out in 0..pairs.len() {
            let mut fewer = pairs.clone();
            fewer.remove(left_out);
            let query = if fewer.is_empty() { String::new() } else { format!("?{}", fewer.join("&")) };
            all.push(Request { path: format!("{path}{query}"), ..request.clone() });
        }
    }
    all
}

/// The same value with one part less, in each way.
fn less(value: &Value) -> Vec<Value> {
    match value {
        Value::Object(entries) => {
            let mut all = Vec::new();
            for (key, inner) in entries {
                let mut fewer = entries.clone();
                fewer.remove(key);
                all.push(Value::Object(fewer));
                for inner in less(inner) {
                    let mut other = entries.clone();
                    other.insert(key.clone(), inner);
                    all.push(Value::Object(other));
                }
            }
            // A test in the place of a list of tests.
            all.extend(
                entries.get("and").or_else(|| entries.get("or")).and_then(|list| list.get(0)).cloned(),
            );
            all.extend(entries.get("not").cloned());
            all
        }
        Value::Array(items) => {
            let mut all = Vec::new();
            for at in 0..items.len() {
                let mut fewer = items.clone();
                fewer.remove(at);
                all.push(Value::Array(fewer));
                for inner in less(&items[at]) {
                    let mut other = items.clone();
                    other[at] = inner;
                    all.push(Value::Array(other));
                }
            }
            all
        }
        _ => Vec::new(),
    }
}
