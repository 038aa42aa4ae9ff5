"""Rows that cannot be fetched without a role: the only way in is `.scope(role)` or `.unscoped(reason)`."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models


class ScopeMissing(RuntimeError):
    """A query would have read rows without saying for whom."""


class ScopedQuerySet(models.QuerySet[Any]):
    """Refuses to touch the database until it has been scoped."""

    _scope: str | None = None

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]  # private to Django, and the one place a copy passes
        clone._scope = self._scope
        return clone

    def scope(self, role: Any) -> Self:
        """The rows that a role may see, as the model's `scope_for` says."""
        clone = self._clone()
        clone._scope = "role"
        return clone.filter(self.model.scope_for(role))

    def unscoped(self, reason: str) -> Self:
        """All rows, for a reason that can be searched for."""
        if not reason:
            raise ScopeMissing("an unscoped query needs a reason")
        clone = self._clone()
        clone._scope = reason
        return clone

    def inside(self, **parents: Any) -> Self:
        """The rows of a row that was itself fetched in scope: `.inside(training_class=shown_class)`."""
        clone = self._clone()
        clone._scope = "inside"
        return clone.filter(**parents)

    def _need_scope(self) -> None:
        if self._scope is None:
            raise ScopeMissing(f"{self.model.__name__}: call .scope(role) or .unscoped(reason) first")

    def _fetch_all(self) -> None:
        self._need_scope()
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        """Guarded like every other read."""
        self._need_scope()
        return super().iterator(*args, **kwargs)

    def count(self) -> int:
        """Guarded: counts leak too."""
        self._need_scope()
        return super().count()

    def exists(self) -> bool:
        """Guarded: existence leaks too."""
        self._need_scope()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Guarded: sums leak too."""
        self._need_scope()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        """Guarded."""
        self._need_scope()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Guarded."""
        self._need_scope()
        return super().delete()


class RowManager(models.Manager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    """Django's own single-row work (foreign keys, saving) goes through the base manager, not this one."""


class Scoped(models.Model):
    """Every model with rows of an organisation: reading them needs a role."""

    READ_WITH: ClassVar[
        tuple[str, ...]
    ] = ()  # what every act reads along with the row, fetched by the same query

    objects = RowManager()

    class Meta:
        abstract = True

    @classmethod
    def scope_for(cls, role: Any) -> models.Q:
        """The rows a role may see; every model answers it for itself."""
        raise TypeError(f"{cls.__name__} does not say who may see its rows")


NOTHING = models.Q(pk__in=())
EVERYTHING = models.Q()
