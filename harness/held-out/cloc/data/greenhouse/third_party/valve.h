/* What others may ask of a valve. */
#ifndef VALVE_H
#define VALVE_H

int valve_open(int pin);
int valve_close(int pin);
int valves_open(void);

#endif
