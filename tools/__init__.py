"""Tools of the developers: checks, migrations, pictures."""
