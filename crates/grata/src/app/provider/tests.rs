//! Which tokens are accepted, and every one that is not; which files can be installed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use compact_jwt::crypto::{JwsEs256Signer, JwsHs256Signer, JwsRs256Signer};
use compact_jwt::jws::JwsBuilder;
use compact_jwt::traits::JwsSigner;
use serde_json::json;

use super::*;

const NONCE: &str = "the-nonce";

fn now() -> Timestamp {
    "2026-10-02T09:00:00Z".parse().unwrap()
}

fn provider(keys: Vec<Jwk>) -> Provider {
    Provider {
        name: "School".into(),
        issuer: "https://id.example.org".into(),
        authorization: "https://id.example.org/authorize?tenant=7".parse().unwrap(),
        client: "grata".into(),
        keys,
    }
}

/// A token that is good at [`now`].
fn claims() -> Value {
    let now = now().as_second();
    json!({
        "iss": "https://id.example.org", "sub": "camille-17", "aud": "grata",
        "iat": now - 1, "exp": now + 300, "nonce": NONCE, "name": "Camille",
    })
}

fn signed(signer: &impl JwsSigner, claims: &Value) -> String {
    signer.sign(&JwsBuilder::into_json(claims).unwrap().build()).unwrap().to_string()
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

#[test]
fn sec_5_a_token_of_the_provider_for_us_now_and_in_answer_is_accepted() {
    let (elliptic, rsa) =
        (JwsEs256Signer::generate_es256().unwrap(), JwsRs256Signer::generate_rs256().unwrap());
    let keys = vec![elliptic.public_key_as_jwk().unwrap(), rsa.public_key_as_jwk().unwrap()];
    let provider = provider(keys);
    let several = with("aud", json!(["grata"]));
    let mut party = with("aud", json!(["other", "grata"]));
    party["azp"] = "grata".into();
    for claims in [claims(), several, party] {
        for token in [signed(&elliptic, &claims), signed(&rsa, &claims)] {
            let found = provider.verify(&token, NONCE, now()).unwrap();
            assert_eq!(
                (found.issuer.as_str(), found.subject.as_str()),
                ("https://id.example.org", "camille-17")
            );
        }
    }
}

#[test]
fn sec_5_every_other_token_is_refused() {
    let signer = JwsEs256Signer::generate_es256().unwrap();
    let provider = provider(vec![signer.public_key_as_jwk().unwrap()]);
    let seconds = now().as_second();
    let cases = [
        ("somebody else has issued it", with("iss", "https://id.example.org/".into())),
        ("it is for somebody else", with("aud", "another".into())),
        ("it is for somebody else", with("aud", json!(["another"]))),
        ("it is for somebody else", with("aud", json!(["grata", "another"]))),
        ("it is for somebody else", with("azp", "another".into())),
        ("it is not of this moment", with("exp", (seconds - 60).into())),
        ("it is not of this moment", with("iat", (seconds + 61).into())),
        ("it is not of this moment", with("iat", (seconds - 601).into())),
        ("it is not of this moment", with("nbf", (seconds + 61).into())),
        ("it answers another question", with("nonce", "another".into())),
        ("it answers another question", with("nonce", Value::Null)),
        ("it names nobody", with("sub", "".into())),
        ("it names nobody", with("sub", "x".repeat(256).into())),
        ("something is missing in it", with("exp", Value::Null)),
        ("it is too long", with("name", "x".repeat(LONGEST_TOKEN).into())),
    ];
    for (why, claims) in cases {
        let refused = provider.verify(&signed(&signer, &claims), NONCE, now()).err().unwrap();
        assert_eq!(refused.kind(), ErrorKind::Denied);
        assert!(refused.to_string().contains(why), "{why}: {refused}");
    }
}

#[test]
fn sec_5_no_other_key_and_no_other_algorithm_signs() {
    let signer = JwsEs256Signer::generate_es256().unwrap();
    let provider = provider(vec![signer.public_key_as_jwk().unwrap()]);
    let good = signed(&signer, &claims());
    let refused = |token: &str| provider.verify(token, NONCE, now()).err().map(|error| error.kind());
    assert_eq!(refused(&good), None);
    // Another key, also under the name of the right one.
    let mut other = JwsEs256Signer::generate_es256().unwrap();
    assert_eq!(refused(&signed(&other, &claims())), Some(ErrorKind::Denied));
    other.set_kid(signer.get_kid());
    assert_eq!(refused(&signed(&other, &claims())), Some(ErrorKind::Denied));
    // A key that the token brings along.
    let embedding = other.set_sign_option_embed_jwk(true);
    assert_eq!(refused(&signed(&embedding, &claims())), Some(ErrorKind::Denied));
    // A secret that both sides know.
    let shared = JwsHs256Signer::generate_hs256().unwrap();
    assert_eq!(refused(&signed(&shared, &claims())), Some(ErrorKind::Denied));
    // None at all, and a signature that was made for other words.
    let payload = URL_SAFE_NO_PAD.encode(claims().to_string());
    let header = |header: Value| URL_SAFE_NO_PAD.encode(header.to_string());
    let signature = good.rsplit('.').next().unwrap();
    let changed = URL_SAFE_NO_PAD.encode(with("sub", "somebody else".into()).to_string());
    for token in [
        format!("{}.{payload}.", header(json!({"alg": "none"}))),
        format!("{}.{payload}.", header(json!({"alg": "ES256"}))),
        format!("{}.{payload}.{signature}", header(json!({"alg": "none"}))),
        format!("{}.{changed}.{signature}", good.split('.').next().unwrap()),
        format!("{}.{payload}.{signature}", header(json!({"alg": "ES256", "crit": ["exp"]}))),
        String::new(),
        "a.b".into(),
    ] {
        assert_eq!(refused(&token), Some(ErrorKind::Denied), "{token}");
    }
}

#[test]
fn a_browser_is_sent_with_everything_that_the_answer_has_to_fit() {
    let address = provider(Vec::new()).address("https://photos.example.org/sign-in/back", "s", "n");
    assert!(
        address.starts_with("https://id.example.org/authorize?tenant=7&response_type=id_token&"),
        "{address}"
    );
    let back = "redirect_uri=https%3A%2F%2Fphotos.example.org%2Fsign-in%2Fback";
    for part in ["response_mode=fragment", "scope=openid", "client_id=grata", back, "state=s", "nonce=n"] {
        assert!(address.contains(part), "{part}: {address}");
    }
}

#[test]
fn what_cannot_be_used_is_named_before_anything_is_installed() {
    let folder = tempfile::tempdir().unwrap();
    let (metadata, keys) = (folder.path().join("metadata.json"), folder.path().join("keys.json"));
    let signer = JwsRs256Signer::generate_rs256().unwrap();
    let public = serde_json::to_value(signer.public_key_as_jwk().unwrap()).unwrap();
    let good = json!({
        "issuer": "https://id.example.org",
        "authorization_endpoint": "https://id.example.org/authorize",
        "response_types_supported": ["code", "id_token"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint": "https://id.example.org/token",
    });
    let examined = |with_metadata: &Value, with_keys: &Value, client: &str| {
        std::fs::write(&metadata, with_metadata.to_string()).unwrap();
        std::fs::write(&keys, with_keys.to_string()).unwrap();
        let files = ProviderFiles { metadata: &metadata, keys: &keys, client, name: "School" };
        examine(&files)
    };
    // Keys of kinds that we do not use stand beside ours.
    let okp = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let known = json!({"keys": [okp, public]});
    let provider = examined(&good, &known, "grata").unwrap();
    assert_eq!(provider.keys.len(), 1);
    // What is kept comes back as it was.
    let text = serde_json::to_string(&provider).unwrap();
    assert_eq!(serde_json::from_str::<Provider>(&text).unwrap(), provider);
    let but = |name: &str, value: Value| {
        let mut changed = good.clone();
        changed[name] = value;
        changed
    };
    let mut secret = public.clone();
    secret["d"] = "AAAA".into();
    let small = json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode([0xffu8; 128]), "e": "AQAB"});
    let cases = [
        ("no `id_token`", but("response_types_supported", json!(["code"])), known.clone()),
        ("the fragment", but("response_modes_supported", json!(["query"])), known.clone()),
        (
            "neither RS256",
            but("id_token_signing_alg_values_supported", json!(["HS256", "none"])),
            known.clone(),
        ),
        ("begin with https", but("authorization_endpoint", "http://id.example.org/a".into()), known.clone()),
        ("begin with https", but("issuer", "http://id.example.org".into()), known.clone()),
        ("is not what it should be", but("issuer", Value::Null), known.clone()),
        ("holds a secret one", good.clone(), json!({"keys": [secret]})),
        ("holds a secret one", good.clone(), json!({"keys": [{"kty": "oct", "k": "c2VjcmV0"}]})),
        ("no key that grata can use", good.clone(), json!({"keys": [okp]})),
        ("no key that grata can use", good.clone(), json!({"keys": [small]})),
        ("is not what it should be", good.clone(), json!({})),
    ];
    for (words, metadata, keys) in cases {
        let refused = examined(&metadata, &keys, "grata").unwrap_err().to_string();
        assert!(refused.contains(words) && refused.contains("Nothing was done."), "{words}: {refused}");
    }
    assert!(examined(&good, &known, " ").unwrap_err().to_string().contains("client id"));
}
