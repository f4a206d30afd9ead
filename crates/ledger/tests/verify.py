"""Checks that a leaf stands in a log, from the published specifications alone and without this project's code.

Usage: verify.py VKEY PROOF-FILE LEAF-FILE

c2sp.org/tlog-proof for the file, c2sp.org/tlog-checkpoint for the head in it, c2sp.org/signed-note for the log's
signature (Ed25519, by `openssl`), RFC 6962 section 2.1 for the hashes. Exit 0: the leaf stands there. Exit 1: not.
"""

import base64
import binascii
import hashlib
import hmac
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ED25519 = 0x01
# SubjectPublicKeyInfo of an Ed25519 key is this and the 32 bytes of the key (RFC 8410 section 4).
SPKI = bytes.fromhex("302a300506032b6570032100")


class Refused(Exception):
    """Why the proof is not accepted."""


def demand(holds, why):
    if not holds:
        raise Refused(why)


def decoded(text, what):
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise Refused(f"{what}: not base64") from fault
    demand(base64.b64encode(data).decode() == text, f"{what}: not canonical base64")
    return data


def number(text, what):
    demand(re.fullmatch(r"0|[1-9][0-9]{0,19}", text), f"{what}: not a number")
    return int(text)


def read_vkey(vkey):
    name, _, rest = vkey.partition("+")
    key_id, _, material = rest.partition("+")
    material = decoded(material, "vkey")
    demand(len(material) == 33 and material[0] == ED25519, "vkey: not an Ed25519 key")
    digest = hashlib.sha256(name.encode() + b"\n" + material).digest()
    demand(digest[:4].hex() == key_id, "vkey: its number is another")
    return name, digest[:4], material[1:]


def ed25519_holds(key, message, signature):
    with tempfile.TemporaryDirectory() as directory:
        files = [Path(directory, name) for name in ("key", "message", "signature")]
        pem = "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n"
        files[0].write_text(pem.format(base64.b64encode(SPKI + key).decode()))
        files[1].write_bytes(message)
        files[2].write_bytes(signature)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", files[0], "-rawin"]
        return subprocess.run([*command, "-in", files[1], "-sigfile", files[2]], capture_output=True).returncode == 0


def signed_text(note, vkey):
    """The text of a signed note, if the key has signed it."""
    demand(not re.search(r"[\x00-\x09\x0b-\x1f]", note), "note: a control character")
    text, blank, lines = note.rpartition("\n\n")
    demand(blank and lines.endswith("\n"), "note: no signatures")
    text += "\n"
    name, key_id, key = read_vkey(vkey)
    signed = False
    for line in lines[:-1].split("\n"):
        match = re.fullmatch("\u2014 ([^\\s+]+) (\\S+)", line)
        demand(match, "note: not a signature line")
        data = decoded(match[2], "signature")
        demand(len(data) > 4, "note: not a signature line")
        # Signatures of unknown keys are ignored; one of a known key that does not hold spoils the note.
        if match[1] == name and data[:4] == key_id:
            demand(len(data) == 68 and ed25519_holds(key, text.encode(), data[4:]), "note: a bad signature")
            signed = True
    demand(signed, "note: not signed by this key")
    return text


def read_checkpoint(text, origin):
    lines = text[:-1].split("\n")
    demand(len(lines) >= 3 and all(lines), "checkpoint: not three lines")
    demand(lines[0] == origin, "checkpoint: of another log")
    root = decoded(lines[2], "root")
    demand(len(root) == 32, "checkpoint: not a root")
    return number(lines[1], "size"), root


def read_proof(text):
    header, _, rest = text.partition("\n")
    demand(header == "c2sp.org/tlog-proof@v1", "proof: of another version")
    head, blank, note = rest.partition("\n\n")
    demand(blank, "proof: no checkpoint")
    lines = head.split("\n")
    if lines[0].startswith("extra "):
        decoded(lines.pop(0).removeprefix("extra "), "extra")
    demand(lines and lines[0].startswith("index "), "proof: no index")
    index = number(lines.pop(0).removeprefix("index "), "index")
    path = [decoded(line, "path") for line in lines]
    demand(all(len(step) == 32 for step in path), "proof: not a hash")
    return index, path, note


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from(leaf_hash, index, size, path):
    """RFC 6962 section 2.1.1 read backwards: the largest power of two below the size parts the tree."""
    if size == 1:
        demand(not path, "proof: the path is too long")
        return leaf_hash
    demand(path, "proof: the path is too short")
    half = 1 << ((size - 1).bit_length() - 1)
    if index < half:
        return node(root_from(leaf_hash, index, half, path[:-1]), path[-1])
    return node(path[-1], root_from(leaf_hash, index - half, size - half, path[:-1]))


def check(vkey, proof, leaf):
    index, path, note = read_proof(proof)
    size, root = read_checkpoint(signed_text(note, vkey), vkey.partition("+")[0])
    demand(index < size, "proof: the log has no such leaf")
    leaf_hash = hashlib.sha256(b"\x00" + leaf).digest()
    demand(hmac.compare_digest(root_from(leaf_hash, index, size, path), root), "proof: it leads to another root")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    try:
        check(sys.argv[1], Path(sys.argv[2]).read_bytes().decode(), Path(sys.argv[3]).read_bytes())
    except (Refused, UnicodeDecodeError) as refused:
        print(refused, file=sys.stderr)
        sys.exit(1)
