# SPDX-License-Identifier: Apache-2.0
"""Profiles that tests write, and JSON reports that they read."""

import json

import tap
from tap import ROOT

try:
    import jsonschema
except ImportError:
    jsonschema = None


def checked(document):
    """The document, which has to obey the schema where there is a validator."""
    if jsonschema:
        schema = json.loads((ROOT / "man/cprof.schema.json").read_text())
        problems = list(jsonschema.Draft7Validator(schema).iter_errors(document))
        assert not problems, [(list(e.path), e.message[:200]) for e in problems[:3]]
    return document


def written(content):
    """The path of a new file."""
    path = tap.scratch("pb")
    with open(path, "wb") as file:
        file.write(content)
    return path
