import glob
import os

# Lists and files are read in the order of the file system; here, in that of their names, so that
# every task has the same id each night.
names_in, paths_like = os.listdir, glob.iglob
os.listdir = lambda folder: sorted(names_in(folder))
glob.iglob = lambda pattern, **options: iter(sorted(paths_like(pattern, **options)))

path = "lists/*"
date_format = "%Y-%m-%d"
time_format = "%H:%M"
default_list = "Stage"
default_due = 0
