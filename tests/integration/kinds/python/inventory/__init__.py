"""Goods on shelves, kept in PostgreSQL."""
from .store import OutOfStock, Store

__all__ = ["OutOfStock", "Store"]
