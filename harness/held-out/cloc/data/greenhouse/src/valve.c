/* The valves of the greenhouse.
 * Each has a pin, and is closed at the start.
 */
#include "valve.h"

static int open_pins = 0;

int valve_open(int pin)
{
    if (pin < 0 || pin > 15)
        return -1;  // no such pin

    open_pins |= 1 << pin;
    return 0;
}

int valve_close(int pin)
{
    // Closing twice is no mistake.
    open_pins &= ~(1 << pin);
    return 0;
}

int valves_open(void)
{
    int n = 0;
    for (int pins = open_pins; pins; pins >>= 1)
        n += pins & 1;
    return n;
}
