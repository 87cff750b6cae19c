# Ports and what lies at their piers.
import asyncio


class Port:
    """A port with piers."""

    class Pier:
        def __init__(self, depth):
            self.depth = depth

        def takes(self, ship):
            return ship.draught < self.depth and not ship.wide

    def __init__(self, name, piers):
        self.name = name
        self.piers = piers
        self.closed = False

    def free(self, ships):
        found = []
        for pier in self.piers:
            for ship in ships:
                if pier.takes(ship) or ship.small:
                    found.append((pier, ship))
                    break
            else:
                self.closed = True
        return found

    def sign(self):
        return "%s%s" % (self.name, " (closed)" if self.closed else "")


class Buoy:
    colour = "red"


def plan(ports, order):
    def by_name(port):
        return port.name if port.name else "?"

    def by_size(port):
        return -len(port.piers)

    if order == "name":
        return sorted(ports, key=by_name)
    return sorted(ports, key=by_size)


async def arrivals(feed):
    seen = []
    async for ship in feed:
        if ship.late:
            await asyncio.sleep(1)
        seen.append(ship)
    return seen
