"""What every section of feeds.yaml has in common: it is frozen, and a key that nothing reads is an error."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator

from aggregator.config.wording import got


class Section(BaseModel):
    """A mapping in feeds.yaml, as it is checked; ``gives`` is the value that it comes to, with the same fields."""

    gives: ClassVar[type]

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True, defer_build=True
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty_keys(cls, value: Any, info: ValidationInfo) -> Any:
        """Take a key with nothing behind it (``feeds:``) as not written."""
        if isinstance(value, dict):
            return written(value, info)
        if isinstance(value, cls):
            return value
        raise ValueError(f"must be a mapping of keys and values {got(value)}")


def written(value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
    """Leave out the keys that a file (it has a context) leaves empty; in Python a None is meant."""
    if info.context is None or None not in value.values():
        return value
    return {key: item for key, item in value.items() if item is not None}


def settled(part: object) -> Any:
    """Give the value that a section came to, with those of all the sections in it."""
    if isinstance(part, Section):
        return part.gives(**{name: settled(getattr(part, name)) for name in part.model_fields_set})
    return tuple(map(settled, part)) if isinstance(part, tuple) else part
