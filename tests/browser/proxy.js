/*
 * proxy.js - the line between a desk and its service, on 127.0.0.1, that can be cut.
 *	up		octets pass both ways
 *	down		nobody is connected, and who was is thrown out
 *	swallow		what the desk says passes, what the service answers is thrown away: the worst moment for a line to break
 */
import { connect, createServer } from 'node:net';

export class Line {
	/** @param {number} port of the service */
	static async start(port) {
		const line = new Line();
		line.state = 'up';
		line.sockets = new Set();
		line.answered = 0; /* octets thrown away */
		line.server = createServer((desk) => line.#connected(desk, port));
		await new Promise((resolve) => line.server.listen(0, '127.0.0.1', resolve));
		line.port = line.server.address().port;
		return line;
	}

	#connected(desk, port) {
		if (this.state === 'down') {
			desk.destroy();
			return;
		}
		const service = connect(port, '127.0.0.1');
		for (const socket of [desk, service]) {
			this.sockets.add(socket);
			socket.on('error', () => {});
			socket.on('close', () => {
				this.sockets.delete(socket);
				desk.destroy();
				service.destroy();
			});
		}
		desk.on('data', (data) => service.write(data));
		service.on('data', (data) => {
			if (this.state === 'swallow')
				this.answered += data.length;
			else
				desk.write(data);
		});
	}

	cut() {
		this.state = 'down';
		for (const socket of this.sockets)
			socket.destroy();
	}

	swallow() {
		this.answered = 0;
		this.state = 'swallow';
	}

	restore() {
		for (const socket of this.sockets)
			socket.destroy();
		this.state = 'up';
	}

	stop() {
		this.cut();
		this.server.close();
	}
}
