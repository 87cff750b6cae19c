# Nobody uses this any more.
def lower(load):
    return [it for it in load if it]
