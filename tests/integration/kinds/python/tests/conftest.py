import os

import pytest

from inventory import Store


@pytest.fixture
def store():
    store = Store(os.environ["DATABASE_URL"])
    yield store
    with store.connection, store.connection.cursor() as cursor:
        cursor.execute("DROP TABLE goods")
    store.close()
