"""Suppliers, the items that they bring, and the movements of items."""
from django.db import models


class Supplier(models.Model):
    name = models.CharField(max_length=60, unique=True)
    country = models.CharField(max_length=2, help_text="Two letters, such as NZ.")
    website = models.URLField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class Item(models.Model):
    class Kind(models.TextChoices):
        RAW = "raw", "Raw material"
        PART = "part", "Part"
        GOOD = "good", "Finished good"

    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=4, choices=Kind.choices, default=Kind.PART)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="items")
    price = models.DecimalField(max_digits=8, decimal_places=2)
    stocked = models.DateField(help_text="The day on which it was first stocked.")
    discontinued = models.BooleanField(default=False)
    related = models.ManyToManyField("self", blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class Movement(models.Model):
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="movements")
    at = models.DateTimeField()
    quantity = models.IntegerField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self):
        return f"{self.quantity:+d} {self.item}"
