def half(way:
    return way
