"""Keeps a greenhouse warm and moist.

The rules are those of a grower, not of a physicist.
"""
import math

# Degrees below which nothing grows.
FROST = 4.0


class Bed:
    '''A bed of plants, with a thirst.'''

    def __init__(self, name, thirst):
        self.name = name
        self.thirst = thirst  # litres a day

    def water(self, litres):
        '''
        Give water.

        Returns what is left over.
        '''
        left = max(0.0, litres - self.thirst)
        self.thirst = max(0.0, self.thirst - litres)

        return left


def dew_point(warmth, moisture):
    """The warmth at which windows get wet."""
    # Magnus, rounded as the old controller did it.
    gamma = math.log(moisture / 100.0) + 17.62 * warmth / (243.12 + warmth)
    return round(243.12 * gamma / (17.62 - gamma), 1)
