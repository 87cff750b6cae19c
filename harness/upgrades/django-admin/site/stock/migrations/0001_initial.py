"""The tables, as both versions make them."""
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Supplier",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60, unique=True)),
                ("country", models.CharField(max_length=2)),
                ("website", models.URLField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                ("kind", models.CharField(max_length=4, default="part")),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="stock.supplier",
                    ),
                ),
                ("price", models.DecimalField(max_digits=8, decimal_places=2)),
                ("stocked", models.DateField()),
                ("discontinued", models.BooleanField(default=False)),
                ("related", models.ManyToManyField(blank=True, to="stock.item")),
                ("note", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="movements",
                        to="stock.item",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("quantity", models.IntegerField()),
            ],
        ),
    ]
