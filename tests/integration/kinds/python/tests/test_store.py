import os
import pathlib

import pytest

from inventory import OutOfStock


def test_an_empty_store_has_nothing(store):
    assert store.amounts() == {}


def test_what_is_put_twice_adds_up(store):
    store.put("bolt", 3)
    store.put("bolt", 4)
    assert store.amounts() == {"bolt": 7}


@pytest.mark.parametrize("name, amount", [("bolt", 8), ("nut", 1)])
def test_more_than_there_is_cannot_be_taken(store, name, amount):
    store.put("bolt", 7)
    with pytest.raises(OutOfStock):
        store.take(name, amount)
    assert store.amounts() == {"bolt": 7}


def test_names_may_be_any_text(store):
    store.put("Größe 10; DROP TABLE goods", 1)
    store.take("Größe 10; DROP TABLE goods", 1)
    assert list(store.amounts().values()) == [0]


def test_the_examples_fit(store):
    for line in (pathlib.Path(os.environ["EXAMPLES"]) / "goods.txt").read_text().splitlines():
        name, amount = line.split(";")
        store.put(name, int(amount))
    assert sum(store.amounts().values()) == 55
