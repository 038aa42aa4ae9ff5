from django.db import migrations


def say_what_is_scored(apps, schema_editor):
    """What was scored before this was kept: the highest complete attempt of the process assessment."""
    attendee, attempt = apps.get_model("delivery", "Attendee"), apps.get_model("assessment", "Attempt")
    complete = attempt.objects.filter(part="process", complete_at__isnull=False).order_by("number")
    for pk, number in complete.values_list("attendee_id", "number"):
        attendee.objects.filter(pk=pk).update(scored=number)


class Migration(migrations.Migration):
    dependencies = [("assessment", "0001_initial"), ("delivery", "0004_products")]

    operations = [migrations.RunPython(say_what_is_scored, migrations.RunPython.noop)]
