"""Rules of the customs house, as they grew."""


def duty(item, value, origin, traveller):
    rate = 0
    if origin == "inside":
        if item == "tobacco" and value > 300:
            rate = 12
        elif item == "spirits" and value > 200:
            rate = 9
        elif item in ("perfume", "coffee") or value > 5000:
            rate = 3
    elif origin == "outside":
        if item == "tobacco":
            rate = 40
        elif item == "spirits":
            rate = 33
        elif value > 430 and traveller != "crew":
            rate = 17
        elif value > 300 or traveller == "crew":
            rate = 5
        for word in ("plant", "meat", "egg"):
            if word in item:
                rate += 8
    while rate > 50:
        rate -= 1
    assert rate >= 0
    return rate * value / 100 if value else 0


def stamp(papers):
    text = """
    seen by
      the officer
    """
    with open(papers) as paper:
        lines = [it.strip() for it in paper if it and not it.startswith("#")]
    return text + ", ".join(lines)
