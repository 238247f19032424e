"""The compose file and the image, without Docker: they are well formed, and what they name is there."""

import json
import re
import shlex
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from jsonschema import Draft202012Validator, validators

from adapters.cli.main import preceptor
from bot.settings import Settings
from jobs.distributed import TO_END
from jobs.post_office import Limits

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "preceptor"}
DATABASES_OWN = {"POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD"}


def test_the_file_is_what_compose_takes() -> None:
    schema = json.loads((files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text())
    checker = validators.validator_for(schema, default=Draft202012Validator)(schema)
    assert [error.message for error in checker.iter_errors(COMPOSE)] == []
    assert [error.message for error in checker.iter_errors({"services": {"web": {"comand": "sample"}}})] != []


def test_there_are_a_database_a_web_process_and_two_workers() -> None:
    assert set(SERVICES) == {"database", "migrate", "web", "worker"}
    assert SERVICES["worker"]["deploy"]["replicas"] == 2


@pytest.mark.parametrize("name", OURS)
def test_a_command_exists_with_its_options(name: str) -> None:
    _parse(OURS[name]["command"])


def test_the_command_of_the_image_exists() -> None:
    said = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert len(said) == 1
    _parse(json.loads(said[0]))


def test_a_command_that_does_not_exist_is_noticed() -> None:
    for wrong in (
        ["preceptor", "delivers"],
        ["preceptor", "worker", "--many", "2"],
        ["preceptor", "db", "upgrade", "x"],
    ):
        with pytest.raises((click.UsageError, AssertionError)):
            _parse(wrong)


def _parse(command: list[str]) -> None:
    """Read a command line as the program would, and run nothing."""
    program, *rest = command
    assert program == "preceptor"
    here: click.Command = preceptor
    while isinstance(here, click.Group):
        name, *rest = rest
        found = here.get_command(click.Context(here), name)
        assert found is not None, f"{shlex.join(command)}: there is no {name}"
        here = found
    here.make_context(here.name, rest)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_checked_and_restarted_or_runs_once(name: str) -> None:
    service = SERVICES[name]
    if service["restart"] == "no":
        waits = [other["depends_on"].get(name) for other in SERVICES.values() if "depends_on" in other]
        assert {"condition": "service_completed_successfully"} in waits
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


def test_every_process_of_ours_waits_for_the_tables() -> None:
    assert OURS["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name in ("web", "worker"):
        assert OURS[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_a_worker_is_checked_by_the_file_it_touches() -> None:
    worker = OURS["worker"]
    file = worker["command"][worker["command"].index("--alive") + 1]
    assert f"find {file} -mmin " in worker["healthcheck"]["test"][1]


def test_the_web_process_is_checked_at_the_port_it_listens_on() -> None:
    web = OURS["web"]
    port = web["environment"]["PORT"]
    assert f"http://127.0.0.1:{port}/healthz" in web["healthcheck"]["test"][-1]
    assert web["ports"] == [f"{port}:{port}"]


def test_what_is_stopped_has_the_time_to_end() -> None:
    takes = Limits().timeout + TO_END + Limits().timeout  # the jobs in hand, and then the sends they began
    for name in ("web", "worker"):
        assert takes < timedelta(seconds=int(OURS[name]["stop_grace_period"].removesuffix("s")))


def test_every_variable_is_a_setting_that_is_read() -> None:
    for name, service in SERVICES.items():
        known = set(Settings.model_fields) if name in OURS else DATABASES_OWN
        assert set(service["environment"]) <= known
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    assert used == {"POSTGRES_PASSWORD"}
    assert {service["env_file"] for service in OURS.values()} == {".env"}


def test_what_the_image_copies_is_there_and_is_the_whole_program() -> None:
    copied = [name for line in re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.MULTILINE) for name in line.split()]
    assert {"adapters", "bot", "content", "jobs", "pyproject.toml", "requirements.lock"} <= set(copied)
    assert [name for name in copied if not (ROOT / name).exists()] == []
