"""A workspace's own rules, beside those of the pack: a training that its employer wants each year, say. They stand in
the workspace's row, so whoever has a workspace and a pack has them without asking further, and no other workspace ever
does. `admin ce` writes them (`bot.mentoring.ce_ruling`).
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from bot.model.people import Tenant
from content.credentials import Anchor, CredentialRule, Cycle, Number
from content.pack import Pack
from content.sourced import Label, Source

Own = Mapping[str, Any]
"""As the row keeps it: "number", "version", "name", "months", "amount" (hundredths of an hour, None for a training that
is done or not), "issuer", "says", "set_on", "retired"."""
_SAID_BY = ("own",)


def with_own(pack: Pack, tenant: Tenant) -> Pack:
    """The pack as this workspace has it."""
    if not tenant.ce_rules or tenant.id is None:
        return pack
    return pack.model_copy(update={"credentials": (*pack.credentials, *own_of(tenant))})


def rules_for(pack: Pack, tenants: Iterable[Tenant]) -> tuple[CredentialRule, ...]:
    """Those of the pack and of each of these workspaces, where a cohort reaches several."""
    own = (rule for tenant in tenants for rule in own_of(tenant))
    return tuple({rule.id: rule for rule in (*pack.credentials, *own)}.values())


def own_of(tenant: Tenant) -> tuple[CredentialRule, ...]:
    """Those in use."""
    assert tenant.id is not None
    return tuple(rule_of(tenant.id, each) for each in tenant.ce_rules or () if not each["retired"])


def retired_names(tenant: Tenant, rule_ids: Collection[str]) -> list[str]:
    """Of these rules, the names of those that the workspace has put out of use."""
    assert tenant.id is not None
    retired = (own for own in tenant.ce_rules or () if own["retired"])
    return [own["name"] for own in retired if rule_id(tenant.id, own["number"]) in rule_ids]


def rule_of(tenant_id: int, own: Own) -> CredentialRule:
    """A rule like those of the pack."""
    return _made(tenant_id, tuple(own.items()))


def rule_id(tenant_id: int, number: int | str) -> str:
    """Of this workspace alone, and never of another rule. Without a number, how all of its rules begin."""
    return f"own-{tenant_id}-{number}"


@lru_cache(maxsize=1000)
def _made(tenant_id: int, items: tuple[tuple[str, Any], ...]) -> CredentialRule:
    own = dict(items)
    amount, set_on = own["amount"], own["set_on"]
    asked = Number(amount=Decimal(amount or 100) / 100, said_by=_SAID_BY)
    anchor = Anchor.LAST_DONE if amount is None else Anchor.ANNIVERSARY
    return CredentialRule(
        id=rule_id(tenant_id, own["number"]),
        version=own["version"],
        read_on=date.fromisoformat(set_on),
        name=own["name"],
        short=own["name"],
        issuer=own["issuer"],
        url=None,
        is_training=True,
        unit="completion" if amount is None else "hour",
        required=asked,
        cycle=Cycle(anchor=anchor, months=own["months"], says=own["says"], said_by=_SAID_BY),
        sources={"own": Source(name=own["issuer"], label=Label.CONFIRMED, date=set_on)},
    )


def known_words(rules: Iterable[CredentialRule]) -> frozenset[str]:
    """Every word that stands for a rule already."""
    return frozenset(word for rule in rules for word in (rule.short.lower().replace(" ", "-"), rule.id, *rule.also))
