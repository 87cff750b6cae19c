'''Tells what was watered.'''


def line(bed, litres):
    # A line for each bed.
    return f"{bed:<12}{litres:>6.1f}"


def total(rows):
    return sum(litres for _, litres in rows)
