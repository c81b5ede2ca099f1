"""Writes the seeds of fuzz/corpus/checkpoint and fuzz/corpus/document: see fuzz/corpus/README.md.

    python make_signed_corpus.py     (needs cryptography)

Written from the formats alone, so that genuine seeds show that others can make what grata verifies.
"""

import base64
import hashlib
import json
import pathlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

CORPUS = pathlib.Path(__file__).parent / "corpus"
ORIGIN = "photos.example.org/grata"
KEY = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
PUBLIC = KEY.public_key().public_bytes_raw()


def b64(data):
    return base64.b64encode(data).decode()


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def key_id(origin):
    return sha(origin.encode(), b"\n\x01", PUBLIC)[:4]


def verifier_key(origin=ORIGIN):
    return f"{origin}+{key_id(origin).hex()}+{b64(bytes([1]) + PUBLIC)}"


def checkpoint(size, root, origin=ORIGIN):
    body = f"{origin}\n{size}\n{b64(root)}\n"
    return f"{body}\n\u2014 {origin} {b64(key_id(origin) + KEY.sign(body.encode()))}\n"


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def document(body, kind="consent-receipt", log=None):
    signed = f"grata document v1\n{canonical(kind)}\n{canonical(body)}".encode()
    made = {"kind": kind, "body": body, "key": verifier_key(), "signature": b64(KEY.sign(signed))}
    return made if log is None else dict(made, log=log)


def proof(body):
    """A log of one entry, which is about this body alone."""
    nonce = bytes([9]) * 32
    entry = canonical({"v": 1, "type": "consent-given", "time": "2026-09-05T10:20:00Z", "actor": "subject",
                       "commit": sha(nonce, canonical(body).encode()).hex()})
    head = checkpoint(1, sha(b"\0", entry.encode()))
    return {"checkpoint": head, "index": 0, "entry": entry, "inclusion": [], "nonce": nonce.hex(),
            "commit_index": 0, "commits": 1, "commit_proof": []}


def checkpoints():
    head = checkpoint(20852163, sha(b"root"))
    yield "genuine", head
    yield "empty-log", checkpoint(0, sha())
    yield "witnessed", head + "\u2014 witness.example.org " + b64(b"\1\2\3\4" + bytes(64)) + "\n"
    yield "other-log", checkpoint(5, sha(b"root"), "elsewhere.example.org")
    yield "changed", head.replace("20852163", "20852164")
    yield "leading-zero", head.replace("20852163", "020852163")
    yield "too-long-number", head.replace("20852163", "9" * 40)
    yield "short-root", head.replace(b64(sha(b"root")), b64(b"short"))
    yield "short-signature", head[:-40] + "\n"
    yield "no-signature", head.split("\n\n")[0] + "\n"
    yield "two-notes", head + head
    yield "no-end", head[:-1]
    yield "carriage-returns", head.replace("\n", "\r\n")
    yield "key", verifier_key()
    yield "not-text", b"\xff\xfe\x00"
    yield "empty", ""


def documents():
    body = {"schema": "grata-receipt-1", "status": "dpv:ConsentGiven", "purpose": "publish:website",
            "notice": {"version": 1, "language": "fr"}, "form": None, "album": "Fête « d'été »"}
    plain, logged = document(body), document(body, log=proof(body))
    yield "genuine", canonical(plain)
    yield "genuine-in-log", canonical(logged)
    yield "spaces", json.dumps(logged, indent=4)
    yield "changed-body", canonical(dict(plain, body=dict(body, purpose="publish:print")))
    yield "other-kind", canonical(dict(plain, kind="erasure-certificate"))
    yield "proof-of-another", canonical(document(body, log=proof(dict(body, purpose="publish:print"))))
    for name, change in [("far-index", {"index": 2**64 - 1}), ("long-path", {"inclusion": ["00" * 32] * 200}),
                         ("far-commit", {"commit_index": 2**63, "commits": 2**64 - 1}),
                         ("short-nonce", {"nonce": "09"}), ("no-entry", {"entry": "{}"}),
                         ("no-head", {"checkpoint": ""})]:
        yield name, canonical(document(body, log=dict(proof(body), **change)))
    yield "short-signature", canonical(dict(plain, signature=b64(b"short")))
    yield "no-key", canonical(dict(plain, key="photos.example.org"))
    yield "fraction", canonical(dict(plain, body={"number": 1.5e300, "not": -0.0}))
    yield "twice-the-same-member", canonical(plain)[:-1] + ',"kind":"evidence"}'
    yield "one-member-more", canonical(dict(plain, more=1))
    yield "deep", '{"kind":"evidence","body":' + "[" * 5000
    yield "cut", canonical(logged)[:-20]
    yield "not-text", b"\xff\xfe\x00"
    yield "empty", ""


for target, seeds in [("checkpoint", checkpoints()), ("document", documents())]:
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in seeds:
        (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
