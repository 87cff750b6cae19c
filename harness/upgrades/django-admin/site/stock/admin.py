"""What the office sees of the store room."""
from django.contrib import admin

from .models import Item, Movement, Supplier


class MovementInline(admin.TabularInline):
    model = Movement
    extra = 1


@admin.register(Supplier)
class SupplierAdmin(admin.ModelAdmin):
    list_display = ["name", "country", "website"]
    search_fields = ["name"]


@admin.register(Item)
class ItemAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "supplier", "price", "stocked", "discontinued"]
    list_filter = ["kind", "discontinued", "supplier"]
    search_fields = ["name", "note"]
    search_help_text = "Search in names and notes."
    date_hierarchy = "stocked"
    filter_horizontal = ["related"]
    inlines = [MovementInline]
    fieldsets = [
        (None, {"fields": ["name", "kind", "supplier", "price"]}),
        ("Dates", {"fields": ["stocked", "discontinued"]}),
        ("More", {"classes": ["collapse"], "fields": ["related", "note"]}),
    ]
