document.title='Triphammer';
