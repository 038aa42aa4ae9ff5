from django.db import migrations


def files_of_their_own(apps, schema_editor):
    """Each product had one file at most."""
    product, one = apps.get_model("delivery", "LearningProduct"), apps.get_model("delivery", "ProductFile")
    rows = product.objects.exclude(file=None).values_list("pk", "file_id")
    one.objects.bulk_create(one(product_id=pk, number=1, file_id=file) for pk, file in rows)


class Migration(migrations.Migration):
    dependencies = [("delivery", "0004_products")]

    operations = [
        migrations.RunPython(files_of_their_own, migrations.RunPython.noop),
        migrations.RemoveField(model_name="learningproduct", name="file"),
    ]
