def lift(load, wind):
    if wind > 12 or load > 400:
        return "wait"
    return "lift"
