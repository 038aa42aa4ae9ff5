"""Timetables that were on file before lesson periods were booked take their places now."""

from django.db import migrations


def take_places(apps, schema_editor):
    filed = apps.get_model("programme", "FiledProgramme").objects.values("training_class")
    rows = apps.get_model("programme", "CourseSession").objects.filter(training_class__in=filed)
    booking = apps.get_model("parties", "LessonBooking")
    found = rows.exclude(teacher=None).values_list("teacher_id", "day", "period", "training_class_id")
    made = [
        booking(person_id=person, day=day, period=period, reference=f"class/{number}")
        for person, day, period, number in found.order_by("pk").iterator()
    ]
    booking.objects.bulk_create(made, batch_size=1000, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("parties", "0006_lesson_bookings"), ("programme", "0008_notes")]
    operations = [migrations.RunPython(take_places, migrations.RunPython.noop)]
