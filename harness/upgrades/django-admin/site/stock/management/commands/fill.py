"""`fill`: the fixed rows of the store room, and the people who may look at them."""
from datetime import date, datetime, timezone
from decimal import Decimal

from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand

from stock.models import Item, Movement, Supplier

JOINED = datetime(2025, 3, 1, 8, 0, tzinfo=timezone.utc)


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        ada = User.objects.create_superuser("ada", "ada@example.com", "tea-for-two")
        bob = User.objects.create_user("bob", "bob@example.com", "tea-for-two", is_staff=True)
        User.objects.filter(pk__in=[ada.pk, bob.pk]).update(date_joined=JOINED, last_login=JOINED)
        Group.objects.create(name="Store keepers")
        names = [("Clay & Sons", "NZ"), ("Linen Mill", "FJ"), ("Northern Timber", "FI")]
        suppliers = [
            Supplier.objects.create(
                name=name, country=country, website=f"https://{country.lower()}.example.com/"
            )
            for name, country in names
        ]
        for number in range(1, 25):
            item = Item.objects.create(
                name=f"{['Pot', 'Cloth', 'Board'][number % 3]} {number:02}",
                kind=["raw", "part", "good"][number % 3],
                supplier=suppliers[number % 3],
                price=Decimal(number) * Decimal("1.25"),
                stocked=date(2025, 1 + number % 6, 1 + number),
                discontinued=number % 7 == 0,
                note="Handle with care." if number % 5 == 0 else "",
            )
            Movement.objects.create(
                item=item, at=datetime(2025, 9, number, 10, 0, tzinfo=timezone.utc), quantity=number
            )
