import psycopg2

SCHEMA = """
CREATE TABLE IF NOT EXISTS goods (
    name text PRIMARY KEY,
    amount integer NOT NULL CHECK (amount >= 0)
)
"""


class OutOfStock(Exception):
    pass


class Store:
    def __init__(self, url):
        self.connection = psycopg2.connect(url)
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(SCHEMA)

    def close(self):
        self.connection.close()

    def put(self, name, amount):
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO goods VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET amount = goods.amount + excluded.amount",
                (name, amount),
            )

    def take(self, name, amount):
        """All of it or nothing."""
        try:
            with self.connection, self.connection.cursor() as cursor:
                cursor.execute("UPDATE goods SET amount = amount - %s WHERE name = %s", (amount, name))
                if cursor.rowcount == 0:
                    raise OutOfStock(name)
        except psycopg2.errors.CheckViolation:
            raise OutOfStock(name) from None

    def amounts(self):
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute("SELECT name, amount FROM goods ORDER BY name")
            return dict(cursor.fetchall())
