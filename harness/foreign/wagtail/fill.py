from datetime import datetime, timezone

from django.contrib.auth import get_user_model
from wagtail.models import Page

since = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)
people = get_user_model().objects
people.create_superuser("ada", "ada@example.com", "a-long-password", first_name="Ada", date_joined=since)
people.create_user("bo", "bo@example.com", "a-long-password", first_name="Bø", date_joined=since)
home = Page.objects.get(depth=2).specific
for title in ["Beds", "Ōtari", "A page with a very long title that goes on for longer than anybody would like"]:
    home.add_child(instance=type(home)(title=title, first_published_at=since, last_published_at=since))

